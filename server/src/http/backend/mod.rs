//! What pages can ask: [`leadbell_app::backend::Backend`], bound to one request and whoever is logged in.
//!
//! Every method authorises for itself, from the session, with the scope in the query.

mod account;
mod adjacent;
mod audit;
mod catalog;
mod connections;
mod deliveries;
mod elevation;
mod event_log;
mod figures;
mod health;
mod history;
mod keys;
mod layout;
mod login;
mod many;
mod places;
mod presets;
mod rule_files;
mod sending;
mod settings;
mod slack_app;
mod tryout;
mod users;

use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use leadbell_app::backend::Backend;
use leadbell_app::error::AppError;
use leadbell_app::views::{
    Choice, ChoiceQuery, EntityView, Listing, MenuLink, Notice, Person, RuleFormData, RuleRow, RuleSearch,
    SaveRule, SavedRule,
};
use leadbell_domain::{
    ConnectionReach, Duty, EntityId, EntityKind, FieldErrors, Level, RuleId, RuleStatus, Scope, SessionId,
    SlackToken, Verb, Viewer,
};
use leadbell_store::{StoreError, User};
use tower_sessions::Session;

use super::device::device;
use super::throttle::Throttle;
use super::views;
use crate::access::connection_owner;
use crate::actor::{Actor, Caller};
use crate::connections as slack_connections;
use crate::delivery_log;
use crate::rules::{self, Editing, Flood, RuleError};
use crate::state::AppState;

/// The session's key of a notice.
const NOTICE: &str = "said";

/// Rows of a page of any list.
pub(in crate::http) const PAGE: i64 = 50;

/// One request's backend.
pub struct RequestBackend {
    pub(in crate::http) state: AppState,
    session: Session,
    throttle: Arc<Throttle>,
    /// Who is logged in, and by which login.
    user: Option<User>,
    login: Option<SessionId>,
    /// The browser, in words.
    device: String,
}

/// Puts the backend into the request.
pub async fn provide(
    State((state, throttle)): State<(AppState, Arc<Throttle>)>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let (user, login) = login::logged_in(&state, &session).await.unzip();
    let agent = request.headers().get(header::USER_AGENT);
    let device = device(agent.and_then(|agent| agent.to_str().ok()).unwrap_or_default());
    let backend: Arc<dyn Backend> = Arc::new(RequestBackend {
        state,
        session,
        throttle,
        user,
        login,
        device,
    });
    request.extensions_mut().insert(backend);
    next.run(request).await
}

/// Logs the cause under a number and shows the number only.
pub(in crate::http) fn internal(error: &dyn std::fmt::Display) -> AppError {
    let number = uuid::Uuid::new_v4().simple().to_string()[..8].to_owned();
    tracing::error!(%error, number, "internal error");
    AppError::Internal(number)
}

pub(in crate::http) fn store_error(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => AppError::NotFound,
        StoreError::Conflict => AppError::Conflict,
        StoreError::Unavailable(_) => {
            tracing::error!(%error, "the database is not available");
            AppError::Request(
                "Leadbell's database does not answer right now. Try again in a moment.".to_owned(),
            )
        }
        other => internal(&other),
    }
}

pub(in crate::http) fn rule_error(error: RuleError) -> AppError {
    match error {
        RuleError::NotFound => AppError::NotFound,
        RuleError::Forbidden => AppError::Forbidden,
        RuleError::Fields(errors) => AppError::Fields(errors),
        RuleError::Conflict => AppError::Conflict,
        RuleError::WouldFlood(warning) => AppError::WouldFlood(warning),
        RuleError::Store(error) => store_error(error),
    }
}

fn viewer_of(state: &AppState, user: &User) -> Viewer {
    let now = state.clock.now_ms();
    Viewer {
        user: Some(user.id.clone()),
        role: user.role,
        publishers: user.publishers.clone(),
        buyers: user.buyers.clone(),
        elevated: user.manages_until.is_some_and(|until| now < until),
        policy: state.settings.now().policy,
    }
}

/// The kinds without pages of their own that a person may look up.
fn lookup_kinds(viewer: &Viewer) -> Vec<EntityKind> {
    EntityKind::ALL
        .into_iter()
        .filter(|kind| kind.level().is_none() && !viewer.catalog_scope(*kind).is_nothing())
        .collect()
}

fn link(href: &str, label: &str) -> MenuLink {
    MenuLink {
        href: href.to_owned(),
        label: label.to_owned(),
        // All but the Tracking tab are drawn by the server alone.
        desk: href != "/profile/tracking",
    }
}

/// What a person looks after beside the daily work.
fn system(viewer: &Viewer) -> Vec<MenuLink> {
    let mut system = Vec::new();
    let may = |duty| !viewer.duty(duty, Verb::View).is_nothing();
    if may(Duty::Users) {
        system.push(link("/users", "Users"));
        system.push(link("/users/keys", "API keys"));
    }
    if may(Duty::Audit) {
        system.push(link("/audit", "Audit log"));
    }
    if may(Duty::RuleData) {
        system.push(link("/rules", "Export & import"));
    }
    if may(Duty::Settings) {
        system.push(link("/settings", "Settings"));
    }
    system.push(link("/help/slack", "Slack setup"));
    system
}

/// Where a person may go.
fn menu(viewer: &Viewer, own_profile: bool) -> Vec<MenuLink> {
    let mut menu = Vec::new();
    if own_profile {
        menu.push(link("/profile/tracking", "My tracking"));
    } else {
        for level in Level::ALL {
            if !viewer.scope(level, Verb::View).is_nothing() {
                let kind = EntityKind::from(level);
                menu.push(link(&format!("/{}", kind.plural()), kind.plural_label()));
            }
        }
    }
    // A publisher's own channels and sources are on his form; the catalog is for whoever looks after many.
    if !own_profile && !lookup_kinds(viewer).is_empty() {
        menu.push(link("/catalog", "Catalog"));
    }
    if viewer.connections(Verb::View) != ConnectionReach::Nothing {
        menu.push(link("/connections", "Connections"));
        menu.push(link("/health", "Health"));
    }
    if !delivery_log::scopes(viewer, Verb::View).is_empty() {
        menu.push(link("/log", "Tracking log"));
    }
    // One entry stands for all of them where there are many: a line of links has room for so many only.
    let mut system = system(viewer);
    match system.len() {
        1 => menu.append(&mut system),
        _ => menu.push(link("/system", "System")),
    }
    menu
}

impl RequestBackend {
    pub(in crate::http) fn viewer(&self) -> Result<Viewer, AppError> {
        let user = self.user.as_ref().ok_or(AppError::LoggedOut)?;
        Ok(viewer_of(&self.state, user))
    }

    /// Remembers what the next page says first.
    async fn say(&self, notice: Notice) -> Result<(), AppError> {
        self.session
            .insert(NOTICE, notice)
            .await
            .map_err(|error| internal(&error))
    }

    /// The viewer with the name under which his changes are kept.
    pub(in crate::http) fn caller(&self) -> Result<Caller, AppError> {
        let user = self.user.as_ref().ok_or(AppError::LoggedOut)?;
        Ok(Caller {
            viewer: viewer_of(&self.state, user),
            actor: Actor::Person {
                id: user.id.clone(),
                name: user.name.clone(),
            },
        })
    }
}

#[async_trait]
impl Backend for RequestBackend {
    fn person(&self) -> Option<Person> {
        let user = self.user.as_ref()?;
        let viewer = viewer_of(&self.state, user);
        let publisher = match viewer.scope(Level::Publisher, Verb::View) {
            Scope::Publishers(_) if user.role == leadbell_domain::Role::Publisher => {
                user.publishers.first().cloned()
            }
            _ => None,
        };
        Some(Person {
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.role,
            policy: viewer.policy,
            menu: menu(&viewer, publisher.is_some()),
            system: system(&viewer),
            catalog: lookup_kinds(&viewer),
            publisher,
        })
    }

    async fn log_in(&self, email: &str, password: &str) -> Result<(), AppError> {
        self.start_login(email, password).await
    }

    async fn log_out(&self) -> Result<(), AppError> {
        self.end_login().await
    }

    async fn set_notice(&self, notice: &str) -> Result<(), AppError> {
        self.say(Notice {
            text: notice.to_owned(),
            undo: None,
        })
        .await
    }

    async fn take_notice(&self) -> Result<Option<Notice>, AppError> {
        self.session
            .remove(NOTICE)
            .await
            .map_err(|error| internal(&error))
    }

    async fn entity(&self, level: Level, id: &EntityId) -> Result<EntityView, AppError> {
        views::entity_with_facets(&self.state, &self.viewer()?, level, id).await
    }

    async fn list_rules(
        &self,
        level: Level,
        entity: &EntityId,
        search: &RuleSearch,
    ) -> Result<Listing<RuleRow>, AppError> {
        views::rules(&self.state, &self.viewer()?, level, entity, search).await
    }

    async fn rule_form(
        &self,
        level: Level,
        entity: &EntityId,
        rule: Option<&RuleId>,
    ) -> Result<RuleFormData, AppError> {
        views::rule_form(&self.state, &self.viewer()?, level, entity, rule).await
    }

    async fn choices(&self, query: &ChoiceQuery) -> Result<Vec<Choice>, AppError> {
        views::choices(&self.state, &self.viewer()?, query, None).await
    }

    async fn chosen(&self, query: &ChoiceQuery, ids: &[String]) -> Result<Vec<Choice>, AppError> {
        views::choices(&self.state, &self.viewer()?, query, Some(ids)).await
    }

    async fn keep_token(&self, level: Level, entity: &EntityId, token: &str) -> Result<String, AppError> {
        let viewer = self.caller()?;
        rules::permitted_entity(&self.state, &viewer, level, entity, Verb::Manage)
            .await
            .map_err(rule_error)?;
        let token = SlackToken::parse(token)
            .map_err(|message| AppError::Fields(FieldErrors::one("action.auth_token", message)))?;
        let (kept, _) = slack_connections::keep_token(
            &self.state,
            &viewer.actor,
            connection_owner(&viewer, entity),
            &token,
        )
        .await
        .map_err(rule_error)?;
        Ok(kept.id.to_string())
    }

    async fn save_rule(&self, save: &SaveRule) -> Result<SavedRule, AppError> {
        let viewer = self.caller()?;
        let editing = save.editing.as_ref().map(|(id, version)| Editing {
            id,
            version: Some(*version),
        });
        let flood = match save.floods {
            true => Flood::Accepted,
            false => Flood::Refused,
        };
        let saved = rules::save(
            &self.state,
            &viewer,
            save.level,
            &save.entity,
            editing,
            &save.draft,
            flood,
        )
        .await
        .map_err(rule_error)?;
        Ok(SavedRule {
            id: saved.rule.id,
            number: saved.rule.number,
            note: saved.note,
        })
    }

    async fn set_rule_status(&self, level: Level, rule: &RuleId, status: RuleStatus) -> Result<(), AppError> {
        rules::set_status(&self.state, &self.caller()?, level, rule, status)
            .await
            .map_err(rule_error)?;
        Ok(())
    }

    async fn delete_rule(&self, level: Level, rule: &RuleId) -> Result<i64, AppError> {
        let deleted = rules::delete(&self.state, &self.caller()?, level, rule, None)
            .await
            .map_err(rule_error)?;
        Ok(deleted.version)
    }
}
