//! The only door from pages to the server: a trait that the server crate implements and puts into each request.
//!
//! An implementation is bound to one request and its session: it knows who asks, authorises every call itself and
//! fills views for that person only. Server functions and form posts are one call of it each.

mod adjacent;
mod audit;
mod catalog;
mod connections;
mod deliveries;
mod event_log;
mod figures;
mod health;
mod history;
mod layout;
mod many;
mod people;
mod places;
mod presets;
mod rule_files;
mod sending;
mod settings;
mod slack_app;
mod tryout;

use std::sync::Arc;

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, RuleId, RuleStatus};

use crate::error::AppError;
use crate::views::{
    Choice, ChoiceQuery, EntityView, Listing, Notice, Person, RuleFormData, RuleRow, RuleSearch, SaveRule,
    SavedRule,
};

pub use adjacent::AdjacentRules;
pub use audit::AuditPages;
pub use catalog::CatalogBackend;
pub use connections::Connections;
pub use deliveries::Deliveries;
pub use event_log::{Events, ExportFormat, ExportProgress};
pub use figures::FigurePages;
pub use health::Health;
pub use history::RuleHistoryPages;
pub use layout::LayoutPages;
pub use many::ManyRules;
pub use people::{Account, ApiKeys, Elevation, People};
pub use places::PlacePages;
pub use presets::PresetPages;
pub use rule_files::RuleFiles;
pub use sending::SendingPages;
pub use settings::SettingsPages;
pub use slack_app::SlackAppPages;
pub use tryout::Tryouts;

/// What pages can ask of the server. Found in the request's extensions as `Arc<dyn Backend>`.
#[async_trait]
pub trait Backend:
    Account
    + AdjacentRules
    + ApiKeys
    + AuditPages
    + CatalogBackend
    + Connections
    + Deliveries
    + Elevation
    + Events
    + FigurePages
    + Health
    + LayoutPages
    + ManyRules
    + People
    + PlacePages
    + PresetPages
    + RuleFiles
    + RuleHistoryPages
    + SettingsPages
    + SlackAppPages
    + Send
    + SendingPages
    + Sync
    + Tryouts
{
    /// Who is logged in; `None` for nobody.
    fn person(&self) -> Option<Person>;

    /// Starts a session. `Fields` with one complaint at `email` for an unknown person and a wrong password alike, or
    /// when there were too many tries.
    async fn log_in(&self, email: &str, password: &str) -> Result<(), AppError>;
    /// Ends the session.
    async fn log_out(&self) -> Result<(), AppError>;

    /// Remembers a notice for the next page of this session ("Rule 412 is saved.").
    async fn set_notice(&self, notice: &str) -> Result<(), AppError>;
    /// Takes the notice, if there is one.
    async fn take_notice(&self) -> Result<Option<Notice>, AppError>;

    /// The head of an entity's pages.
    async fn entity(&self, level: Level, id: &EntityId) -> Result<EntityView, AppError>;

    /// A page of an entity's rules, newest first.
    async fn list_rules(
        &self,
        level: Level,
        entity: &EntityId,
        search: &RuleSearch,
    ) -> Result<Listing<RuleRow>, AppError>;
    /// The form of a new rule (`rule` is `None`) or of an existing one.
    async fn rule_form(
        &self,
        level: Level,
        entity: &EntityId,
        rule: Option<&RuleId>,
    ) -> Result<RuleFormData, AppError>;
    /// Values to choose in a filter, at most 50.
    async fn choices(&self, query: &ChoiceQuery) -> Result<Vec<Choice>, AppError>;
    /// Names of values already chosen in a filter, so that a form shows names and not ids.
    async fn chosen(&self, query: &ChoiceQuery, ids: &[String]) -> Result<Vec<Choice>, AppError>;
    /// Checks a pasted token with Slack and keeps it; the connection's id. Lets a form post keep a token without ever
    /// writing it into a page.
    async fn keep_token(&self, level: Level, entity: &EntityId, token: &str) -> Result<String, AppError>;
    /// Saves a new or edited rule. A pasted token is checked with Slack and kept as a connection.
    async fn save_rule(&self, save: &SaveRule) -> Result<SavedRule, AppError>;
    /// Enables or disables a rule.
    async fn set_rule_status(&self, level: Level, rule: &RuleId, status: RuleStatus) -> Result<(), AppError>;
    /// Deletes a rule; the version that its deletion is, by which it can be undone.
    async fn delete_rule(&self, level: Level, rule: &RuleId) -> Result<i64, AppError>;
}

/// The backend of the request at hand.
pub fn backend() -> Result<Arc<dyn Backend>, AppError> {
    leptos::prelude::use_context::<http::request::Parts>()
        .and_then(|parts| parts.extensions.get::<Arc<dyn Backend>>().cloned())
        .ok_or(AppError::LoggedOut)
}
