//! How sending goes, for pages.

use async_trait::async_trait;
use leadbell_app::backend::Health;
use leadbell_app::error::AppError;
use leadbell_app::views::health::{AlertsView, DestinationRow, HealthView};
use leadbell_domain::{DestinationId, Verb};

use super::{RequestBackend, rule_error};
use crate::http::views;
use crate::{alerts, destinations};

fn id_of(text: &str) -> Result<DestinationId, AppError> {
    DestinationId::new(text).map_err(|_| AppError::NotFound)
}

#[async_trait]
impl Health for RequestBackend {
    async fn health(&self) -> Result<HealthView, AppError> {
        views::health(&self.state, &self.viewer()?).await
    }

    async fn destination(&self, id: &str) -> Result<DestinationRow, AppError> {
        let found = destinations::permitted(&self.state, &self.viewer()?, &id_of(id)?, Verb::Manage)
            .await
            .map_err(rule_error)?;
        Ok(views::destination_row(found, self.state.clock.now_ms(), true))
    }

    async fn retry_destination(&self, id: &str) -> Result<String, AppError> {
        let found = destinations::retry(&self.state, &self.caller()?, &id_of(id)?)
            .await
            .map_err(rule_error)?;
        let name = destinations::name(&found.target);
        Ok(if found.waiting > 0 {
            format!("The first message for {name} is tried now; if Slack takes it, the others follow.")
        } else {
            format!("The next message for {name} is tried at once.")
        })
    }

    async fn give_up_destination(&self, id: &str) -> Result<String, AppError> {
        let (found, count) = destinations::give_up(&self.state, &self.caller()?, &id_of(id)?)
            .await
            .map_err(rule_error)?;
        let name = destinations::name(&found.target);
        Ok(match count {
            0 => format!("Nothing waits for {name}."),
            1 => format!("1 message for {name} is given up."),
            many => format!("{many} messages for {name} are given up."),
        })
    }

    async fn alerts(&self) -> Result<AlertsView, AppError> {
        let viewer = self.viewer()?;
        let owner = alerts::owner_for(&viewer).ok_or(AppError::Forbidden)?;
        views::alerts(&self.state, &owner).await
    }

    async fn set_alerts(&self, connection: &str, target: &str) -> Result<String, AppError> {
        let route = alerts::set(&self.state, &self.caller()?, connection, target)
            .await
            .map_err(rule_error)?;
        let name = destinations::name(&route.target);
        Ok(format!(
            "Trouble is told to {name} from now on. A first message is there already."
        ))
    }

    async fn stop_alerts(&self) -> Result<String, AppError> {
        alerts::stop(&self.state, &self.caller()?)
            .await
            .map_err(rule_error)?;
        Ok("Trouble is told nowhere any more; it still shows here.".to_owned())
    }
}
