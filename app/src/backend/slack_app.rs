//! Adding the Slack app by OAuth.

use async_trait::async_trait;

use crate::error::AppError;
use crate::views::{FromSlack, TokenEnd};

/// The way to Slack and back.
#[async_trait]
pub trait SlackAppPages: Send + Sync {
    /// Where people come back to, if the app is set up for it.
    fn slack_return(&self) -> Option<String>;
    /// The address of Slack's where somebody allows the app.
    async fn go_to_slack(&self) -> Result<String, AppError>;
    /// Adds the connection; its id and what happened. `Request` says why nothing was added.
    async fn come_from_slack(&self, brought: &FromSlack) -> Result<(String, String), AppError>;
    /// When a connection's token ends, if it does.
    async fn token_end(&self, id: &str) -> Result<Option<TokenEnd>, AppError>;
}
