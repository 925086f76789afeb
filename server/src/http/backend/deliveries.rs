//! The log of deliveries for pages.

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use leadbell_app::backend::{Deliveries, ExportFormat};
use leadbell_app::error::AppError;
use leadbell_app::views::deliveries::{DeliveryList, DeliverySearch, DeliveryView, ResendChoice, ResendLook};
use leadbell_domain::{DeliveryId, Verb, may_read_log};
use leadbell_store::DeliveryFilter;

use super::{RequestBackend, rule_error};
use crate::delivery_log;
use crate::export;
use crate::http::views;
use crate::resend;

fn id_of(text: &str) -> Result<DeliveryId, AppError> {
    DeliveryId::new(text).map_err(|_| AppError::NotFound)
}

impl RequestBackend {
    /// What a choice means. A search that can't be read sends nothing.
    fn chosen(&self, choice: &ResendChoice) -> Result<DeliveryFilter, AppError> {
        let now = self.state.clock.now_ms();
        let filter = delivery_log::filter(&self.viewer()?, Verb::Manage, &choice.search, now)
            .map_err(AppError::Fields)?;
        let ids = choice
            .ids
            .iter()
            .map(|id| id_of(id))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(DeliveryFilter {
            ids: (!ids.is_empty()).then_some(ids),
            settled_by: choice.looked_at,
            ..filter
        })
    }
}

#[async_trait]
impl Deliveries for RequestBackend {
    async fn deliveries(&self, search: &DeliverySearch) -> Result<DeliveryList, AppError> {
        views::deliveries(&self.state, &self.viewer()?, search).await
    }

    async fn export_deliveries(
        &self,
        search: &DeliverySearch,
        format: ExportFormat,
        name: &str,
    ) -> Result<Body, AppError> {
        let viewer = self.viewer()?;
        if !may_read_log(viewer.role) {
            return Err(AppError::NotFound);
        }
        let now = self.state.clock.now_ms();
        let filter = delivery_log::filter(&viewer, Verb::View, search, now).map_err(AppError::Fields)?;
        let names = views::connection_names(&self.state, &viewer).await?;
        let tracked = self.tracked(&viewer, name);
        let store = Arc::clone(&self.state.store);
        Ok(export::deliveries::file(store, filter, names, format, tracked))
    }

    async fn delivery(&self, id: &str) -> Result<DeliveryView, AppError> {
        let found = views::delivery(&self.state, &self.viewer()?, &id_of(id)?).await?;
        Ok(found.0)
    }

    async fn resend_look(&self, choice: &ResendChoice) -> Result<ResendLook, AppError> {
        let caller = self.caller()?;
        let filter = self.chosen(choice)?;
        views::resend_look(&self.state, &caller, &filter).await
    }

    async fn resend(&self, choice: &ResendChoice) -> Result<String, AppError> {
        let filter = self.chosen(choice)?;
        let count = resend::resend(&self.state, &self.caller()?, &filter)
            .await
            .map_err(rule_error)?;
        Ok(match count {
            0 => "There was nothing left to send again.".to_owned(),
            1 => "1 message is queued again.".to_owned(),
            many => format!("{many} messages are queued again."),
        })
    }

    async fn settle_delivery(&self, id: &str, arrived: bool) -> Result<String, AppError> {
        resend::settle(&self.state, &self.caller()?, &id_of(id)?, arrived)
            .await
            .map_err(rule_error)?;
        Ok(if arrived {
            "Noted: the message had arrived.".to_owned()
        } else {
            "Noted: the message had not arrived and is not sent again.".to_owned()
        })
    }
}
