//! The log of events for pages.

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use leadbell_app::backend::{Events, ExportFormat, ExportProgress};
use leadbell_app::error::AppError;
use leadbell_app::views::event_log::{EventList, EventSearch, EventView, LeadView};
use leadbell_domain::{Viewer, may_read_log};

use super::{RequestBackend, viewer_of};
use crate::event_log;
use crate::event_tail;
use crate::export::{self, Stage, Tracked};
use crate::http::views;

impl RequestBackend {
    /// The search, for who reads the log; a search that can't be read finds nothing.
    fn log_filter(&self, search: &EventSearch) -> Result<(Viewer, leadbell_store::EventFilter), AppError> {
        let viewer = self.viewer()?;
        if !may_read_log(viewer.role) {
            return Err(AppError::NotFound);
        }
        let filter =
            event_log::filter(&viewer, search, self.state.clock.now_ms()).map_err(AppError::Fields)?;
        Ok((viewer, filter))
    }

    /// An export whose page asks how far it is.
    pub(super) fn tracked(&self, viewer: &Viewer, name: &str) -> Option<Tracked> {
        let state = &self.state;
        state.exports.begin(viewer.user.as_ref(), name, &state.clock)
    }
}

#[async_trait]
impl Events for RequestBackend {
    async fn events(&self, search: &EventSearch) -> Result<EventList, AppError> {
        views::events(&self.state, &self.viewer()?, search).await
    }

    async fn event(
        &self,
        id: &str,
        platform: &str,
        rules: &str,
        reveal: bool,
    ) -> Result<EventView, AppError> {
        views::event(&self.state, &self.caller()?, id, platform, rules, reveal).await
    }

    async fn lead(&self, id: &str, after: &str) -> Result<LeadView, AppError> {
        views::lead(&self.state, &self.viewer()?, id, after).await
    }

    async fn export_events(
        &self,
        search: &EventSearch,
        format: ExportFormat,
        name: &str,
    ) -> Result<Body, AppError> {
        let (viewer, filter) = self.log_filter(search)?;
        let tracked = self.tracked(&viewer, name);
        let store = Arc::clone(&self.state.store);
        Ok(export::events::file(store, viewer, filter, format, tracked))
    }

    async fn export_progress(&self, name: &str) -> Result<Option<ExportProgress>, AppError> {
        let viewer = self.viewer()?;
        let found = viewer
            .user
            .and_then(|owner| self.state.exports.find(&owner, name));
        Ok(found.map(|found| ExportProgress {
            text: found.words(),
            percent: found.percent(),
            running: found.stage == Stage::Running,
        }))
    }

    async fn follow_events(&self, search: &EventSearch, resume: &str) -> Result<Body, AppError> {
        let (_, filter) = self.log_filter(search)?;
        let resume = match resume.trim() {
            "" => None,
            place => Some(place.parse().map_err(|()| AppError::NotFound)?),
        };
        let login = self.login.clone().ok_or(AppError::LoggedOut)?;
        let state = self.state.clone();
        // Whoever is logged out, or may see less by now, sees it at the next row.
        let who = move || {
            let (state, login) = (state.clone(), login.clone());
            async move {
                let user = state.store.session_user(&login).await.ok().flatten()?;
                Some(viewer_of(&state, &user))
            }
        };
        event_tail::body(self.state.clone(), search.clone(), filter, resume, who)
    }
}
