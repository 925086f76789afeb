//! The question whether to delete an entry, with everything that uses it.

use axum::extract::Request;
use axum::response::Response;
use leadbell_domain::{EntityKind, Level};
use leptos::prelude::*;

use super::super::Visit;
use super::super::presets::preset_address;
use super::{counted, id_of, way_up};
use crate::address::{self, Place};
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::parts::view::Erase;
use crate::views::catalog::{UsesView, UsingRule};

pub(super) async fn ask(pages: Pages, request: Request, kind: EntityKind) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let uses = match id_of(&visit, kind) {
        Ok(id) => visit.backend.entry_uses(kind, &id).await,
        Err(error) => Err(error),
    };
    match uses {
        Ok(uses) => visit.page(&title(&uses), || page(&uses, false)).await,
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) async fn delete(pages: Pages, request: Request, kind: EntityKind) -> Response {
    let (visit, posted) = match Visit::post(pages, request).await {
        Ok(posted) => posted,
        Err(elsewhere) => return *elsewhere,
    };
    let id = match id_of(&visit, kind) {
        Ok(id) => id,
        Err(error) => return visit.trouble(error).await,
    };
    let seen = posted.text("seen").parse().unwrap_or_default();
    match visit.backend.delete_entry(kind, &id, seen).await {
        Ok(()) => {
            let notice = format!(
                "{} {id} is deleted. Edit it and give it another status to take that back.",
                kind.label()
            );
            visit.done(&notice, &address::entry(kind, &id)).await
        }
        Err(AppError::Conflict) => match visit.backend.entry_uses(kind, &id).await {
            Ok(uses) => visit.refused(&title(&uses), || page(&uses, true)).await,
            Err(error) => visit.trouble(error).await,
        },
        Err(error) => visit.trouble(error).await,
    }
}

fn title(uses: &UsesView) -> String {
    format!("Delete {}", uses.row.name)
}

fn page(uses: &UsesView, changed: bool) -> AnyView {
    let row = &uses.row;
    let what = row.kind.key();
    let entry = address::entry(row.kind, &row.id);
    let action = format!("{entry}/delete");
    let changed = changed.then(|| {
        view! {
            <p class="remark" role="alert">
                {format!("This {what} was changed while you looked. Look again at what uses it, then decide.")}
            </p>
        }
        .erase()
    });
    let found = if uses.is_unused() {
        view! { <p>{format!("Nothing uses this {what}.")}</p> }.erase()
    } else {
        view! { <h2 class="card__title">"What uses it"</h2> <ul>{lines(uses)}</ul> }.erase()
    };
    view! {
        <header class="head">
            {way_up(row.kind, Some(&row.id))}
            <div class="head__line"><h1 class="head__title">{title(uses)}"?"</h1></div>
        </header>
        <form class="card catalog-delete" method="post" action=action>
            {changed}
            {found}
            <p>
                {format!("A deleted {what} is kept for the records: it is no longer offered when rules are made, and \
                          rules that name it show it as deleted. Nothing else is deleted with it.")}
            </p>
            <input type="hidden" name="seen" value=uses.updated_at.to_string()/>
            <div class="catalog-form__end">
                <a class="button" href=entry>"Keep it"</a>
                <button type="submit" class="button button--danger">{format!("Delete {what}")}</button>
            </div>
        </form>
    }
    .erase()
}

/// One line for each way it is used.
fn lines(uses: &UsesView) -> AnyView {
    let row = &uses.row;
    let mut lines: Vec<AnyView> = Vec::new();
    if let (Some(level), true) = (row.kind.level(), uses.rules.0 > 0) {
        let tracking = Place::Entity(level, row.id.clone()).tracking();
        let (all, active) = uses.rules;
        lines.push(
            view! {
                <li>
                    <a href=tracking>{rules(all)}</a>
                    {format!(" on it, {active} active. They stay, and fire again whenever an event of it comes; disable \
                              them if that should not be.")}
                </li>
            }
            .erase(),
        );
    }
    if uses.filters > 0 {
        let said = format!(
            "{} elsewhere name it in a filter. They stay as they are.",
            rules(uses.filters)
        );
        lines.push(listed(
            said,
            uses.filters,
            uses.filtering.iter().map(using).collect(),
        ));
    }
    if uses.presets > 0 {
        let presets = if uses.presets == 1 { "preset" } else { "presets" };
        let said = match row.kind {
            EntityKind::Product => format!("{} {presets} of its own.", uses.presets),
            _ => format!("{} {presets} with a filter that names it.", uses.presets),
        };
        let shown = uses.preset_uses.iter().map(|(product, id, name)| {
            let href = preset_address(product, id);
            view! { <li><a href=href>{format!("Preset “{name}”")}</a></li> }.erase()
        });
        lines.push(listed(said, uses.presets, shown.collect()));
    }
    for (kind, count) in &uses.owned {
        let list = with_query(&address::list(*kind), &[(row.kind.key(), row.id.as_str())]);
        lines.push(
            view! { <li><a href=list>{counted(*kind, *count)}</a>" belong to it. They stay."</li> }.erase(),
        );
    }
    if uses.pingtrees > 0 {
        let list = with_query(
            &address::list(EntityKind::Pingtree),
            &[(row.kind.key(), row.id.as_str())],
        );
        lines.push(
            view! { <li><a href=list>{counted(EntityKind::Pingtree, uses.pingtrees)}</a>" hold it."</li> }
                .erase(),
        );
    }
    if uses.people > 0 {
        let names = if uses.names.is_empty() {
            String::new()
        } else {
            format!(": {}", uses.names.join(", "))
        };
        let people = if uses.people == 1 { "person" } else { "people" };
        lines.push(
            view! { <li>{format!("{} {people} manage it or log in for it{names}. They keep that.", uses.people)}</li> }
                .erase(),
        );
    }
    lines.collect_view().erase()
}

/// What uses it in one way: how many, and the first of them.
fn listed(said: String, count: i64, shown: Vec<AnyView>) -> AnyView {
    let left = count - i64::try_from(shown.len()).unwrap_or(i64::MAX);
    let more = (left > 0).then(|| view! { <li>{format!("and {left} more")}</li> }.erase());
    view! { <li>{said} <ul>{shown} {more}</ul></li> }.erase()
}

fn rules(count: i64) -> String {
    format!("{count} {}", if count == 1 { "rule" } else { "rules" })
}

fn using(rule: &UsingRule) -> AnyView {
    let place = &rule.place;
    let level = place.kind.level().unwrap_or(Level::Product);
    let address = Place::Entity(level, place.id.clone()).rule(&rule.id);
    let name = if rule.name.is_empty() {
        format!("Rule {}", rule.number)
    } else {
        format!("Rule {} “{}”", rule.number, rule.name)
    };
    let state = if rule.active { "active" } else { "disabled" };
    view! { <li><a href=address>{name}</a> {format!(" of {} {}, {state}", place.kind.key(), place.name)}</li> }
        .erase()
}
