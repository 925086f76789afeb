//! What an entity is, and the way to its rules.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{EntityId, EntityKind, Level};
use leptos::prelude::*;

use super::Visit;
use super::catalog::{actions, belongings, facts};
use super::log::log_of;
use crate::address::{self, Place};
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::decode;
use crate::parts::head::{Tab, entity_head};
use crate::parts::view::Erase;
use crate::views::EntityView;
use crate::views::catalog::EntryView;

/// The first pages of all entities that rules live on.
pub(super) fn router() -> Router<Pages> {
    Level::ALL.into_iter().fold(Router::new(), |router, level| {
        let open = move |State(pages): State<Pages>, request: Request| overview(pages, request, level);
        let path = format!("{}/{{id}}", address::list(EntityKind::from(level)));
        router.route(&path, get(open))
    })
}

async fn overview(pages: Pages, request: Request, level: Level) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    // Any id makes an address, also one whose escapes are no text: there is nothing by that name, then.
    let id = decode(visit.path().rsplit('/').next().unwrap_or_default());
    let found = match EntityId::new(id) {
        Ok(id) => visit.backend.entity(level, &id).await,
        Err(_) => Err(AppError::NotFound),
    };
    let view = match found {
        Ok(view) => view,
        Err(error) => return visit.trouble(error).await,
    };
    match visit
        .backend
        .entry(EntityKind::from(level), &view.entity.id)
        .await
    {
        Ok(entry) => visit.page(&view.entity.name, || shown(&view, &entry)).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn shown(view: &EntityView, entry: &EntryView) -> AnyView {
    let row = &view.entity;
    let kind = EntityKind::from(view.level).label().to_lowercase();
    let rules = match row.rules {
        0 => "No tracking rules yet".to_owned(),
        1 => "1 tracking rule".to_owned(),
        many => format!("{many} tracking rules"),
    };
    let tracking = Place::Entity(view.level, row.id.clone()).tracking();
    let triggers = view
        .triggers
        .iter()
        .map(|trigger| view! { <li>{trigger.label()}</li> }.erase())
        .collect_view();
    let discovered = row.discovered.then(|| {
        view! {
            <p class="hint">
                {format!("This {kind} was first seen in an event; nobody has entered it yet, so its name may be missing.")}
            </p>
        }.erase()
    });
    view! {
        {entity_head(view, false, Tab::Overview)}
        <div class="columns">
            <section class="card">
                <h2 class="card__title">"Facts"</h2>
                {facts(entry)}
                {discovered}
                {actions(entry)}
            </section>
            <section class="card">
                <h2 class="card__title">"Tracking"</h2>
                <p>{format!("{rules}. A rule sends a Slack message when an event of this {kind} happens.")}</p>
                <p class="row-actions">
                    <a class="button button--primary" href=tracking>"Open Tracking"</a>
                    <a class="button button--quiet" href=log_of(view.level, row.id.as_str())>"Open the log"</a>
                </p>
                <h3 class="card__subtitle">"Events that rules can watch here"</h3>
                <ul class="plain-list">{triggers}</ul>
            </section>
            {belongings(entry)}
        </div>
    }
    .erase()
}
