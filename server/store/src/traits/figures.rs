//! What happened in each hour, for dashboards, the health of rules and reports.

use async_trait::async_trait;
use leadbell_domain::RuleId;

use crate::{BusyRule, DelayStep, FiguresQuery, HourFigures, LastMessage, RuleScopes, StoreError};

/// Counts, of what the reader may see only. They are written with what they count.
#[async_trait]
pub trait Figures {
    /// Hour by hour, oldest first; hours in which nothing happened are left out.
    async fn hours(&self, query: &FiguresQuery) -> Result<Vec<HourFigures>, StoreError>;
    /// How long messages took that were sent in these hours, quickest first.
    async fn delays(&self, query: &FiguresQuery) -> Result<Vec<DelayStep>, StoreError>;
    /// The rules that fired most, deleted ones too.
    async fn noisiest_rules(&self, query: &FiguresQuery, limit: i64) -> Result<Vec<BusyRule>, StoreError>;
    /// Active rules, older than these hours, that never fired in them; by number.
    async fn silent_rules(&self, query: &FiguresQuery, limit: i64) -> Result<Vec<BusyRule>, StoreError>;
    /// Hour by hour what one rule did, if it is in scope. Tells of no events.
    async fn rule_hours(&self, rule: &RuleId, query: &FiguresQuery) -> Result<Vec<HourFigures>, StoreError>;
    /// The last messages of a rule in scope, newest first.
    async fn last_messages(
        &self,
        rule: &RuleId,
        scopes: &RuleScopes,
        limit: i64,
    ) -> Result<Vec<LastMessage>, StoreError>;
    /// Whether there is a rule in scope at all.
    async fn any_rule(&self, scopes: &RuleScopes) -> Result<bool, StoreError>;
    /// Deletes counts of hours before this one, up to so many of each table; answers how many.
    async fn forget_hours(&self, before: i64, limit: i64) -> Result<u64, StoreError>;
}
