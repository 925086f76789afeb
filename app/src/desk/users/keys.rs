//! API keys: the list, making one (shown once), revoking one.

use axum::extract::{Request, State};
use axum::response::Response;
use leptos::prelude::*;

use super::super::form::{Field, Wrong, complaints};
use super::super::{Visit, moment};
use super::head;
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::badge::{Tone, badge};
use crate::parts::view::Erase;
use crate::views::people::{KeyRow, NewKey};

/// What a key may do, with its meaning.
const SCOPES: [(&str, &str); 4] = [
    ("ingest", "Post events"),
    ("catalog", "Change the catalog"),
    ("rules", "Change rules and connections"),
    ("read", "Read everything"),
];

/// What was typed for a new key.
#[derive(Default)]
struct Typed {
    name: String,
    scopes: Vec<String>,
}

fn label(field: &str) -> String {
    if field == "scopes" { "May" } else { "Name" }.to_owned()
}

/// `GET /users/keys`.
pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match visit.backend.api_keys().await {
        Ok(keys) => {
            let typed = Typed::default();
            visit
                .page("API keys", || page(&keys, &typed, &Wrong::default()))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

/// `POST /users/keys`: makes or revokes a key.
pub(super) async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(posted) => posted,
        Err(elsewhere) => return *elsewhere,
    };
    if form.first("do") == Some("revoke") {
        return match visit.backend.revoke_api_key(&form.text("key")).await {
            Ok(name) => {
                let notice = format!("The key “{name}” is revoked.");
                visit.done(&notice, "/users/keys").await
            }
            Err(error) => visit.trouble(error).await,
        };
    }
    let typed = Typed {
        name: form.text("name"),
        scopes: form.all("scopes"),
    };
    match visit.backend.add_api_key(&typed.name, &typed.scopes).await {
        Ok(made) => visit.page("New API key", || shown(&made)).await,
        Err(AppError::Fields(errors)) => match visit.backend.api_keys().await {
            Ok(keys) => {
                let wrong = Wrong {
                    errors,
                    message: None,
                };
                visit.refused("API keys", || page(&keys, &typed, &wrong)).await
            }
            Err(error) => visit.trouble(error).await,
        },
        Err(error) => visit.trouble(error).await,
    }
}

fn shown(made: &NewKey) -> AnyView {
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href="/users/keys">"API keys"</a></nav>
            <div class="head__line"><h1 class="head__title">{format!("The key “{}”", made.name)}</h1></div>
        </header>
        <section class="card once">
            <h2 class="card__title">"Copy it now"</h2>
            <p class="once__secret"><code>{made.key.clone()}</code></p>
            <p class="hint">
                "It is not shown again. Programs send it as “Authorization: Bearer …”. If it gets into wrong hands, revoke it."
            </p>
            <p><a class="button button--primary" href="/users/keys">"Done"</a></p>
        </section>
    }
    .erase()
}

fn page(keys: &[KeyRow], typed: &Typed, wrong: &Wrong) -> AnyView {
    let scopes: Vec<(String, String)> = SCOPES
        .iter()
        .map(|(key, label)| ((*key).to_owned(), (*label).to_owned()))
        .collect();
    view! {
        {head(true, None)}
        <div class="desk">
            <section class="card">
                <h2 class="card__title">"New key"</h2>
                <form class="desk-form" method="post" action="/users/keys" novalidate>
                    {complaints(wrong, label)}
                    {Field::new("name", "Name", wrong)
                        .hint("What it is for, such as “LMS production”.")
                        .required()
                        .line("text", &typed.name)}
                    {Field::new("scopes", "May", wrong).boxes(&scopes, &typed.scopes)}
                    <div>
                        <button type="submit" class="button button--primary" name="do" value="create">"Make Key"</button>
                    </div>
                </form>
            </section>
            {if keys.is_empty() { empty() } else { table(keys) }}
        </div>
    }
    .erase()
}

fn empty() -> AnyView {
    view! {
        <section class="empty">
            <p class="empty__title">"No API keys yet"</p>
            <p>"A program that posts events or reads rules needs one. Make it above."</p>
        </section>
    }
    .erase()
}

fn table(keys: &[KeyRow]) -> AnyView {
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = keys.iter().map(entry).collect_view();
    view! {
        <table class="table" role="table" aria-label="API keys">
            <thead role="rowgroup">
                <tr role="row">
                    {column("Name")}
                    {column("Begins with")}
                    {column("May")}
                    {column("Made")}
                    {column("Status")}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .erase()
}

fn entry(row: &KeyRow) -> AnyView {
    let may: Vec<&str> = SCOPES
        .iter()
        .filter(|(key, _)| row.scopes.iter().any(|scope| scope == key))
        .map(|(_, label)| *label)
        .collect();
    let status = match row.revoked_at {
        None => revoking(row),
        Some(at) => {
            view! { {badge(Tone::Idle, "Revoked")} <span class="table__sub">{moment(at)}</span> }.erase()
        }
    };
    view! {
        <tr role="row">
            <td role="cell" class="table__main"><span class="table__name">{row.name.clone()}</span></td>
            <td role="cell" data-label="Begins with" class="table__id"><code>{format!("{}…", row.prefix)}</code></td>
            <td role="cell" data-label="May">{may.join(", ")}</td>
            <td role="cell" data-label="Made">{moment(row.created_at)}</td>
            <td role="cell" data-label="Status" class="table__wide">{status}</td>
        </tr>
    }
    .erase()
}

/// A key in force, and the way to revoke it: asked first, because it can't be undone.
fn revoking(row: &KeyRow) -> AnyView {
    let sure = format!("Revoke “{}” now", row.name);
    view! {
        {badge(Tone::Good, "In force")}
        <details class="sure">
            <summary>{format!("Revoke “{}”…", row.name)}</summary>
            <p>"Programs that use it are refused at once. This can't be undone."</p>
            <form method="post" action="/users/keys">
                <input type="hidden" name="key" value=row.id.clone()/>
                <button type="submit" class="button button--danger button--small" name="do" value="revoke">{sure}</button>
            </form>
        </details>
    }
    .erase()
}
