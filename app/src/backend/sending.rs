//! How a rule's messages go out.

use std::collections::BTreeMap;

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, RuleId};

use crate::error::AppError;
use crate::views::sending::SendingPage;

/// How a rule's messages go out.
#[async_trait]
pub trait SendingPages: Send + Sync {
    /// The options of a rule that the person may change.
    async fn rule_sending(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
    ) -> Result<SendingPage, AppError>;
    /// Stores options; `seen` is the version that was shown. Complaints stand at `action.sending.…`.
    async fn save_sending(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
        seen: i64,
        sending: &BTreeMap<String, String>,
    ) -> Result<(), AppError>;
}
