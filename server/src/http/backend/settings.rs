//! What the house settles for itself, for the settings page.

use async_trait::async_trait;
use leadbell_app::backend::SettingsPages;
use leadbell_app::error::AppError;
use leadbell_app::views::settings::{ReportView, StorageView};
use leadbell_domain::{Duty, Verb};

use super::{RequestBackend, rule_error, store_error};
use crate::destinations::name;
use crate::http::views;
use crate::settings::{NotChanged, change};
use crate::weekly;

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

    async fn report(&self) -> Result<ReportView, AppError> {
        if self.viewer()?.duty(Duty::Settings, Verb::View).is_nothing() {
            return Err(AppError::NotFound);
        }
        views::report(&self.state).await
    }

    async fn set_report(&self, wish: &ReportView) -> Result<String, AppError> {
        let wish = weekly::Wish {
            connection: &wish.connection,
            target: &wish.target,
            weekday: &wish.weekday,
            hour: &wish.hour,
            zone: &wish.zone,
        };
        let plan = weekly::set(&self.state, &self.caller()?, &wish)
            .await
            .map_err(rule_error)?;
        let to = plan.target().map(|target| name(&target)).unwrap_or_default();
        Ok(format!(
            "The report goes to {to} every week from now on. A first message is there already."
        ))
    }

    async fn stop_report(&self) -> Result<String, AppError> {
        weekly::stop(&self.state, &self.caller()?)
            .await
            .map_err(rule_error)?;
        Ok("No report is sent any more.".to_owned())
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
