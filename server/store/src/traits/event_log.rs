//! The log of events, as far as its reader may look.

use async_trait::async_trait;
use leadbell_domain::EventId;

use crate::{
    DeliveryLogQuery, EventLogQuery, LogPage, LoggedEvent, RuleAt, RuleScopes, RulesAtQuery, StoreError,
};

/// What happened, and what it caused.
#[async_trait]
pub trait EventLog {
    /// A page of events. Looks at so many rows at most, and says how far it came.
    async fn event_log(&self, query: &EventLogQuery) -> Result<LogPage<LoggedEvent>, StoreError>;
    /// The events of this id that are in scope: LMS and Call Logic may use the same one.
    async fn logged_events(
        &self,
        event_id: &EventId,
        scopes: &RuleScopes,
    ) -> Result<Vec<LoggedEvent>, StoreError>;
    /// The rules that waited for an event, as they were when it arrived, by number; and the number after which there
    /// may be more.
    async fn rules_at(&self, query: &RulesAtQuery) -> Result<(Vec<RuleAt>, Option<i64>), StoreError>;
    /// How the database finds a page of events, step by step in its own words.
    async fn explain_events(&self, query: &EventLogQuery) -> Result<Vec<String>, StoreError>;
    /// The same of deliveries.
    async fn explain_deliveries(&self, query: &DeliveryLogQuery) -> Result<Vec<String>, StoreError>;
}
