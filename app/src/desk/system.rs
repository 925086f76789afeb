//! `/system`: what people look after beside the daily work, behind one entry of the navigation.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leptos::prelude::*;

use super::Visit;
use crate::http::Pages;
use crate::parts::view::Erase;
use crate::views::MenuLink;

const TITLE: &str = "System";

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new().route("/system", get(open))
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let links = visit.person.system.clone();
    visit.page(TITLE, || page(&links)).await
}

/// What one finds behind an address.
fn about(href: &str) -> &'static str {
    match href {
        "/users" => "People, their roles, and what they manage.",
        "/users/keys" => "What programs log in with: the platforms that send events, and tools of your own.",
        "/audit" => "Who changed what, and when.",
        "/rules" => "All rules as one file: to keep, to compare, to bring elsewhere.",
        "/settings" => "Who may do what, where the house decides it.",
        "/help/slack" => "How a workspace is connected, step by step, and what can go wrong.",
        _ => "",
    }
}

fn page(links: &[MenuLink]) -> AnyView {
    let entries = links
        .iter()
        .map(|link| {
            view! {
                <li class="hub__entry">
                    <a class="hub__link" href=link.href.clone()>{link.label.clone()}</a>
                    <p class="hint">{about(&link.href)}</p>
                </li>
            }
            .erase()
        })
        .collect_view();
    view! {
        <header class="head"><div class="head__line"><h1 class="head__title">{TITLE}</h1></div></header>
        <ul class="hub">{entries}</ul>
    }
    .erase()
}
