//! Letting people change rules for a time, by those whose duty people are.

use async_trait::async_trait;
use leadbell_app::backend::Elevation;
use leadbell_app::error::AppError;
use leadbell_domain::{AuditAction, Timestamp, UserId, format_rfc3339, may_be_elevated};
use leadbell_store::User;

use super::{RequestBackend, store_error};
use crate::audit::Line;

/// An hour, milliseconds.
const HOUR_MS: i64 = 60 * 60 * 1_000;
/// Longest elevation: a week. What is needed longer is another role.
const MAX_HOURS: u32 = 7 * 24;

impl RequestBackend {
    /// Until when a person may change what he otherwise only sees, if that is still to come.
    pub(super) fn elevated_until(&self, user: &User) -> Option<Timestamp> {
        let now = self.state.clock.now_ms();
        user.manages_until
            .filter(|until| now < *until && may_be_elevated(user.role))
    }
}

#[async_trait]
impl Elevation for RequestBackend {
    async fn elevate_user(&self, id: &UserId, hours: u32) -> Result<String, AppError> {
        let caller = self.manager()?;
        if !(1..=MAX_HOURS).contains(&hours) {
            return Err(AppError::Request(format!(
                "Choose a time between 1 and {MAX_HOURS} hours."
            )));
        }
        let until = self.state.clock.now_ms() + i64::from(hours) * HOUR_MS;
        let user = self.state.store.elevate_user(id, Some(until)).await;
        let user = user.map_err(store_error)?;
        let line = Line::user(AuditAction::UserElevated, &user);
        let detail = format!("Until {}", format_rfc3339(until));
        self.tell_of(&caller, line.detail(detail)).await;
        Ok(user.name)
    }

    async fn end_elevation(&self, id: &UserId) -> Result<String, AppError> {
        let caller = self.manager()?;
        let user = self.state.store.elevate_user(id, None).await;
        let user = user.map_err(store_error)?;
        if self.elevated_until(&user).is_some() {
            let line = Line::user(AuditAction::UserElevationEnded, &user);
            self.tell_of(&caller, line).await;
        }
        Ok(user.name)
    }
}
