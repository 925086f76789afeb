//! Telling owners of connections about trouble.

use async_trait::async_trait;
use leadbell_domain::Timestamp;

use crate::{
    AlertEnd, AlertRoute, AlertSubject, ConnectionOwner, NewAlert, StoreError, TakenAlert, ToldAlert,
};

/// Who is told where, and what was told.
#[async_trait]
pub trait Alerts {
    /// Where an owner is told.
    async fn alert_route(&self, owner: &ConnectionOwner) -> Result<Option<AlertRoute>, StoreError>;
    /// All of them.
    async fn alert_routes(&self) -> Result<Vec<AlertRoute>, StoreError>;
    /// Sets where an owner is told; in place of what was before.
    async fn set_alert_route(&self, route: &AlertRoute) -> Result<(), StoreError>;
    /// Tells an owner no more.
    async fn remove_alert_route(&self, owner: &ConnectionOwner) -> Result<(), StoreError>;
    /// Notes what is to be told. What was noted before, by whichever server, is not noted again.
    async fn note_alerts(&self, alerts: &[NewAlert], now: Timestamp) -> Result<(), StoreError>;
    /// Troubles that were told of and of whose end nothing was told yet.
    async fn open_alerts(&self, owner: &ConnectionOwner) -> Result<Vec<AlertSubject>, StoreError>;
    /// Takes the oldest alert that waits to be sent.
    async fn take_alert(&self, now: Timestamp) -> Result<Option<TakenAlert>, StoreError>;
    /// Records what came of it.
    async fn finish_alert(&self, id: &str, end: &AlertEnd, now: Timestamp) -> Result<(), StoreError>;
    /// What an owner was told, newest first.
    async fn told_alerts(&self, owner: &ConnectionOwner, limit: i64) -> Result<Vec<ToldAlert>, StoreError>;
}
