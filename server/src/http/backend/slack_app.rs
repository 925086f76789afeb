//! Adding the Slack app, for pages.

use async_trait::async_trait;
use leadbell_app::backend::SlackAppPages;
use leadbell_app::error::AppError;
use leadbell_app::views::{FromSlack, TokenEnd};
use leadbell_domain::{ConnectionId, SessionId, Verb};

use super::{RequestBackend, rule_error, store_error};
use crate::connections::{self, Brought, NotAdded};

impl RequestBackend {
    fn this_login(&self) -> Result<&SessionId, AppError> {
        self.login.as_ref().ok_or(AppError::LoggedOut)
    }
}

#[async_trait]
impl SlackAppPages for RequestBackend {
    fn slack_return(&self) -> Option<String> {
        let app = self.state.slack_app.as_ref();
        app.map(|_| connections::return_address(&self.state))
    }

    async fn go_to_slack(&self) -> Result<String, AppError> {
        connections::begin(&self.state, &self.caller()?, self.this_login()?)
            .await
            .map_err(rule_error)
    }

    async fn come_from_slack(&self, brought: &FromSlack) -> Result<(String, String), AppError> {
        let brought = Brought {
            state: brought.state.clone(),
            code: brought.code.clone(),
            error: brought.error.clone(),
        };
        match connections::finish(&self.state, &self.caller()?, self.this_login()?, &brought).await {
            Ok((connection, known)) => {
                let name = connection.name;
                let said = if known {
                    format!("“{name}” has a fresh token from Slack. All its rules use it from now on.")
                } else {
                    format!("“{name}” is added. Rules can use it now.")
                };
                Ok((connection.id.to_string(), said))
            }
            Err(NotAdded::Because(why)) => Err(AppError::Request(why)),
            Err(NotAdded::Error(error)) => Err(rule_error(error)),
        }
    }

    async fn token_end(&self, id: &str) -> Result<Option<TokenEnd>, AppError> {
        let id = ConnectionId::new(id).map_err(|_| AppError::NotFound)?;
        connections::permitted(&self.state, &*self.caller()?, &id, Verb::View)
            .await
            .map_err(rule_error)?;
        let found = self.state.store.rotation(&id).await.map_err(store_error)?;
        Ok(found.map(|end| TokenEnd {
            at: end.expires_at,
            renews: end.renews,
        }))
    }
}
