//! Channels and members that rules send to.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, RuleId};

use crate::error::AppError;
use crate::views::{PlaceForm, PlaceView};

/// Looking at a channel or member before messages go there.
#[async_trait]
pub trait PlacePages: Send + Sync {
    /// The connections to look with.
    async fn place_form(&self) -> Result<PlaceForm, AppError>;
    /// Connection and target of a rule, by id.
    async fn place_of_rule(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
    ) -> Result<(String, String), AppError>;
    /// Looks, and sends a test message if wished. Complaints are at `connection` and `target`.
    async fn look_at_place(&self, connection: &str, target: &str, send: bool) -> Result<PlaceView, AppError>;
}
