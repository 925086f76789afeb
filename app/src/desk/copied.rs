//! `…/tracking/copied`: what was made by copying, with the way to each.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{EntityKind, Level, RuleId, RuleStatus};
use leptos::prelude::*;

use super::Visit;
use super::rule_place::place_of;
use crate::address::{self, Place};
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::badge::{Tone, badge};
use crate::parts::view::Erase;
use crate::views::CopiedRule;

/// The addresses, of a publisher's own profile too.
pub(super) fn router() -> Router<Pages> {
    let own = Router::new().route("/profile/tracking/copied", get(open));
    Level::ALL.into_iter().fold(own, |router, level| {
        let list = address::list(EntityKind::from(level));
        router.route(&format!("{list}/{{id}}/tracking/copied"), get(open))
    })
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let rules: Result<Vec<RuleId>, _> = visit.queries("rule").into_iter().map(RuleId::new).collect();
    let (Some(from), Ok(rules)) = (place_of(&visit, "copied"), rules) else {
        return visit.trouble(AppError::NotFound).await;
    };
    match visit.backend.copied_rules(&rules).await {
        Ok(copied) if copied.is_empty() => visit.trouble(AppError::NotFound).await,
        Ok(copied) => visit.page("Copies", || shown(&copied, &from.place)).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn shown(copied: &[CopiedRule], from: &Place) -> AnyView {
    let rows = copied.iter().map(|rule| row(rule, from)).collect_view();
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    view! {
        <header class="head">
            <div class="head__line"><h1 class="head__title">"Copies"</h1></div>
        </header>
        <table class="table table--compact" role="table" aria-label="Copies">
            <thead role="rowgroup">
                <tr role="row">{column("Rule")} {column("Lives on")} {column("Status")} {column("To know")}</tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        <p><a class="button" href=from.tracking()>"Back to the rules"</a></p>
    }
    .erase()
}

fn row(rule: &CopiedRule, from: &Place) -> AnyView {
    // Who came from his profile stays in it.
    let place = match from {
        Place::Own => Place::Own,
        Place::Entity(..) => Place::Entity(rule.level, rule.entity.clone()),
    };
    let name = (!rule.name.is_empty()).then(|| format!(" “{}”", rule.name));
    let status = match rule.status {
        RuleStatus::Active => badge(Tone::Good, rule.status.label()),
        RuleStatus::Disabled => badge(Tone::Idle, rule.status.label()),
    };
    view! {
        <tr role="row">
            <td role="cell" class="table__main">
                <a href=place.rule(&rule.id)>{format!("Rule {}", rule.number)}</a>
                {name}
            </td>
            <td role="cell" data-label="Lives on"><a href=place.tracking()>{rule.place.clone()}</a></td>
            <td role="cell" data-label="Status">{status}</td>
            <td role="cell" data-label="To know">{rule.remark.clone()}</td>
        </tr>
    }
    .erase()
}
