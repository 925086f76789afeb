//! What the house settles for itself, for the settings page.

use async_trait::async_trait;
use leadbell_app::backend::SettingsPages;
use leadbell_app::error::AppError;
use leadbell_app::views::settings::StorageView;
use leadbell_domain::{Duty, Verb};

use super::{RequestBackend, store_error};
use crate::http::views;
use crate::settings::{NotChanged, change};

#[async_trait]
impl SettingsPages for RequestBackend {
    async fn settings(&self) -> Result<Vec<(String, String)>, AppError> {
        if self.viewer()?.duty(Duty::Settings, Verb::View).is_nothing() {
            return Err(AppError::NotFound);
        }
        let texts = self.state.settings.now().texts();
        Ok(texts
            .into_iter()
            .map(|(key, text)| (key.to_owned(), text))
            .collect())
    }

    async fn storage(&self) -> Result<StorageView, AppError> {
        if self.viewer()?.duty(Duty::Settings, Verb::View).is_nothing() {
            return Err(AppError::NotFound);
        }
        views::storage(&self.state).await
    }

    async fn change_settings(&self, texts: &[(String, String)]) -> Result<String, AppError> {
        let changed = change(&self.state, &self.caller()?, texts)
            .await
            .map_err(|error| match error {
                NotChanged::Forbidden => AppError::NotFound,
                NotChanged::Fields(errors) => AppError::Fields(errors),
                NotChanged::Store(error) => store_error(error),
            })?;
        Ok(match changed.len() {
            0 => "Nothing was changed.".to_owned(),
            1 => "One setting is changed, for everybody and from now on.".to_owned(),
            many => format!("{many} settings are changed, for everybody and from now on."),
        })
    }
}
