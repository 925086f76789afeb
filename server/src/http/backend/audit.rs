//! The audit log for its readers.

use async_trait::async_trait;
use leadbell_app::backend::AuditPages;
use leadbell_app::error::AppError;
use leadbell_app::views::Listing;
use leadbell_app::views::audit::{AuditRow, AuditSearch};
use leadbell_domain::{AuditAction, Duty, EntityKind, RuleId, Scope, Timestamp, Verb, Viewer, parse_rfc3339};
use leadbell_store::{Actor, AuditEntry, AuditQuery};

use crate::http::views::addresses;

use super::{PAGE, RequestBackend, store_error};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// The beginning of a day in UTC. What is no day limits nothing.
fn day(text: &str) -> Option<Timestamp> {
    parse_rfc3339(&format!("{text}T00:00:00Z"))
}

/// The page of what a line is about, if this reader has one for it. `living` are the rules that are there still.
fn page_of(entry: &AuditEntry, viewer: &Viewer, living: &[RuleId]) -> Option<String> {
    let subject = &entry.subject;
    let id = subject.id.as_deref()?;
    match subject.kind.as_str() {
        "rule" => {
            let (level, entity) = subject.place.as_ref()?;
            let reached = match viewer.scope(*level, Verb::View) {
                Scope::All => true,
                Scope::Platform(platform) => entry.platform == Some(platform),
                _ => false,
            };
            let there = living.iter().any(|rule| rule.as_str() == id);
            (reached && there).then(|| format!("{}/tracking/{id}", addresses::entity(*level, entity)))
        }
        "user" if viewer.user.as_ref().is_some_and(|own| own.as_str() == id) => Some("/account".to_owned()),
        "user" => (viewer.duty(Duty::Users, Verb::View) == Scope::All).then(|| format!("/users/{id}")),
        "key" => (viewer.duty(Duty::Users, Verb::View) == Scope::All).then(|| "/users/keys".to_owned()),
        kind => {
            let kind = EntityKind::from_key(kind)?;
            let reached = match viewer.catalog_scope(kind) {
                Scope::All => true,
                Scope::Platform(own) => entry.platform.is_none_or(|platform| platform == own),
                _ => false,
            };
            let folder = if kind.level().is_some() { "" } else { "/catalog" };
            reached.then(|| format!("{folder}/{}/{}", kind.plural(), addresses::step(id)))
        }
    }
}

fn row(entry: AuditEntry, viewer: &Viewer, living: &[RuleId]) -> AuditRow {
    let href = page_of(&entry, viewer, living);
    let place = entry.subject.place.as_ref();
    AuditRow {
        at: entry.at,
        who: entry.actor.name().to_owned(),
        sort: matches!(entry.actor, Actor::Key { .. }).then_some("API key"),
        action: entry.action,
        href,
        place: place.map(|(level, entity)| format!("{} {entity}", level.label())),
        subject: entry.subject.label,
        platform: entry.platform,
        detail: entry.detail,
    }
}

#[async_trait]
impl AuditPages for RequestBackend {
    async fn audit(&self, search: &AuditSearch) -> Result<Listing<AuditRow>, AppError> {
        let viewer = self.viewer()?;
        let scope = viewer.duty(Duty::Audit, Verb::View);
        if scope.is_nothing() {
            return Err(AppError::NotFound);
        }
        let query = AuditQuery {
            search: search.q.clone(),
            action: AuditAction::from_key(&search.action),
            who: search.who.clone(),
            from: day(&search.from),
            until: day(&search.to).map(|at| at + DAY_MS),
            offset: i64::from(search.page.max(1) - 1) * PAGE,
            limit: PAGE,
            ..AuditQuery::of(scope, viewer.user.clone())
        };
        let page = self.state.store.list_audit(&query).await.map_err(store_error)?;
        let named: Vec<RuleId> = page
            .rows
            .iter()
            .filter(|entry| entry.subject.kind == "rule")
            .filter_map(|entry| RuleId::new(entry.subject.id.clone()?).ok())
            .collect();
        let living = self.state.store.living_rules(&named).await.map_err(store_error)?;
        Ok(Listing {
            rows: page
                .rows
                .into_iter()
                .map(|entry| row(entry, &viewer, &living))
                .collect(),
            total: page.total,
            offset: query.offset,
            limit: PAGE,
        })
    }
}
