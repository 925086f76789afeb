//! Looking at channels and members, for pages.

use async_trait::async_trait;
use leadbell_app::backend::{Backend as _, PlacePages};
use leadbell_app::error::AppError;
use leadbell_app::views::{PlaceForm, PlaceView};
use leadbell_domain::{ConnectionId, EntityId, FieldErrors, Level, Outcome, RuleId, Target};

use super::{RequestBackend, rule_error, store_error};
use crate::access::connection_scope;
use crate::connections::{Reach, look};
use crate::http::views::named_place;
use crate::test_run::in_words;

#[async_trait]
impl PlacePages for RequestBackend {
    async fn place_form(&self) -> Result<PlaceForm, AppError> {
        let scope = connection_scope(&self.viewer()?);
        let found = self
            .state
            .store
            .list_connections(&scope)
            .await
            .map_err(store_error)?;
        let connections = found
            .into_iter()
            .map(|connection| (connection.id.to_string(), connection.name))
            .collect();
        Ok(PlaceForm { connections })
    }

    async fn place_of_rule(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
    ) -> Result<(String, String), AppError> {
        let draft = self.rule_form(level, entity, Some(rule)).await?.draft;
        let target = if draft.target == "member" {
            draft.member_id
        } else {
            draft.channel_id
        };
        Ok((draft.connection_id, target))
    }

    async fn look_at_place(&self, connection: &str, target: &str, send: bool) -> Result<PlaceView, AppError> {
        let caller = self.caller()?;
        // Whoever has no connection has nothing to choose, and what is not his is not there.
        if self.place_form().await?.connections.is_empty() {
            return Err(AppError::NotFound);
        }
        let mut errors = FieldErrors::new();
        if connection.is_empty() {
            errors.add("connection", "Choose one of the connections.");
        }
        let target = errors.keep("target", Target::parse(target));
        let (Some(target), true) = (target, errors.is_empty()) else {
            return Err(AppError::Fields(errors));
        };
        let id = ConnectionId::new(connection).map_err(|_| AppError::NotFound)?;
        let report = look(&self.state, &caller, &id, &target, send)
            .await
            .map_err(rule_error)?;
        Ok(PlaceView {
            place: named_place(&report.target, report.name.as_deref()),
            open: match report.reach {
                Reach::Open => Some(true),
                Reach::Closed => Some(false),
                Reach::Untold | Reach::NotAsked => None,
            },
            means: report.means,
            advice: report.advice,
            sent: report.sent.map(|trial| {
                let posted = matches!(trial.outcome, Outcome::Sent { .. });
                (posted, in_words(&trial.outcome))
            }),
        })
    }
}
