//! `/connections/{id}`: what a connection is, what it lacks, and everything that can be done with it.

use axum::extract::{Request, State};
use axum::response::Response;
use leadbell_domain::{FieldErrors, SecretText};
use leptos::prelude::*;

use super::{LIST, address, id_of, label, parts, place};
use crate::address::Place;
use crate::desk::form::{Field, Wrong, complaints};
use crate::desk::{Visit, moment};
use crate::error::AppError;
use crate::http::{Form, Pages};
use crate::logic::query::with_query;
use crate::parts::view::{Erase, nothing};
use crate::views::{ConnectionChange, ConnectionRule, ConnectionState, ConnectionView, TokenEnd};

/// What was typed into one of the page's forms, and what is wrong with it.
#[derive(Default)]
struct Typed {
    name: Option<String>,
    other_workspace: bool,
    renaming: Wrong,
    replacing: Wrong,
}

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let id = id_of(visit.path(), "");
    match visit.backend.connection(&id).await {
        Ok(found) => {
            let title = found.row.name.clone();
            // The page says everything else without it.
            let end = visit.backend.token_end(&id).await.unwrap_or_default();
            visit.page(&title, || page(&found, end, &Typed::default())).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(opened) => opened,
        Err(elsewhere) => return *elsewhere,
    };
    let id = id_of(visit.path(), "");
    let here = address(&id);
    let done = match form.text("do").as_str() {
        "check" => visit.backend.check_connection(&id).await,
        "rename" | "replace" => visit.backend.change_connection(&id, &change(&form)).await,
        _ => Err(AppError::Request("There is no such action.".to_owned())),
    };
    match done {
        Ok(said) => visit.done(&said, &here).await,
        Err(AppError::Fields(errors)) => {
            let typed = typed(&form, errors);
            match visit.backend.connection(&id).await {
                Ok(found) => {
                    let title = found.row.name.clone();
                    let end = visit.backend.token_end(&id).await.unwrap_or_default();
                    visit.refused(&title, || page(&found, end, &typed)).await
                }
                Err(error) => visit.trouble(error).await,
            }
        }
        Err(error) => visit.trouble(error).await,
    }
}

/// Each form changes one thing.
fn change(form: &Form) -> ConnectionChange {
    if form.text("do") == "rename" {
        ConnectionChange {
            name: Some(form.text("name")),
            ..ConnectionChange::default()
        }
    } else {
        ConnectionChange {
            token: Some(SecretText(form.text("auth_token"))),
            other_workspace: form.has("other_workspace"),
            ..ConnectionChange::default()
        }
    }
}

fn typed(form: &Form, errors: FieldErrors) -> Typed {
    let wrong = Wrong {
        errors,
        message: None,
    };
    if form.text("do") == "rename" {
        Typed {
            name: Some(form.text("name")),
            renaming: wrong,
            ..Typed::default()
        }
    } else {
        Typed {
            other_workspace: form.has("other_workspace"),
            replacing: wrong,
            ..Typed::default()
        }
    }
}

fn page(view: &ConnectionView, end: Option<TokenEnd>, typed: &Typed) -> AnyView {
    let row = &view.row;
    let changes = view
        .can_manage
        .then(|| view! { {replace_form(view, typed)} {rename_form(view, typed)} }.erase());
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href=LIST>"Connections"</a></nav>
            <div class="head__line">
                <h1 class="head__title">{row.name.clone()}</h1>
                <span class="head__facts">{parts::state(row.state)}</span>
            </div>
        </header>
        {broken(view)}
        <div class="columns">
            {facts(view, end)}
            {scopes(view)}
            {changes}
        </div>
        {rules(view)}
    }
    .erase()
}

/// What is wrong, what happens meanwhile, and what to do.
fn broken(view: &ConnectionView) -> AnyView {
    let row = &view.row;
    let Some((means, advice)) = row.trouble else {
        return nothing();
    };
    let waiting = parts::waiting(row).map_or_else(
        || "New messages wait here.".to_owned(),
        |waiting| format!("{waiting}, and new ones queue up behind."),
    );
    let since = row.since.map(|at| view! { " Since " {moment(at)} "." }.erase());
    view! {
        <section class="broken" aria-labelledby="broken-title">
            <h2 class="broken__title" id="broken-title">{format!("Slack refuses this connection: {means}")}</h2>
            <p>{advice} {since}</p>
            <p>{format!("{waiting} Nothing is lost: they go out in their order as soon as the token works again.")}</p>
        </section>
    }
    .erase()
}

fn facts(view: &ConnectionView, end: Option<TokenEnd>) -> AnyView {
    let token_end = end.map(|end| {
        let after = if end.renews {
            ", renewed by itself before"
        } else {
            "; replace it before, or add the app to Slack again"
        };
        view! { {moment(end.at)} {after} }.erase()
    });
    let row = &view.row;
    let unknown = || "not known yet".to_owned();
    let fact = |name: &'static str, value: AnyView| {
        view! { <div class="facts__fact"><dt>{name}</dt><dd>{value}</dd></div> }
    };
    let check = view.can_manage.then(|| {
        let said = format!("Check again {} with Slack", row.name);
        view! {
            <form method="post" action=address(&row.id)>
                <input type="hidden" name="do" value="check"/>
                <button type="submit" class="button" aria-label=said>"Check again"</button>
            </form>
        }
        .erase()
    });
    let checked = match row.checked_at {
        Some(at) => moment(at),
        None => "never".erase(),
    };
    let owner = row.owner.clone();
    view! {
        <section class="card">
            <h2 class="card__title">"Facts"</h2>
            <dl class="facts">
                {fact("Workspace", row.team.clone().unwrap_or_else(unknown).erase())}
                {fact("Messages appear from", row.sender.clone().unwrap_or_else(unknown).erase())}
                {fact("Token", view! { {parts::kind(row.kind)} " " <code>{row.hint.clone()}</code> }.erase())}
                {token_end.map(|end| fact("Token ends", end))}
                {owner.map(|owner| fact("Belongs to", owner.erase()))}
                {fact("Used by", parts::rules(row).erase())}
                {parts::waiting(row).map(|waiting| fact("Queue", waiting.erase()))}
                {fact("Last checked", checked)}
                {fact("Added", moment(view.created_at))}
            </dl>
            {check}
            <p><a href=place::address(&row.id)>"Check a channel or person with it"</a></p>
        </section>
    }
    .erase()
}

/// Each scope that sending needs, and the way to add one that is missing.
fn scopes(view: &ConnectionView) -> AnyView {
    let heading = view.row.kind.scope_heading();
    let missing: Vec<&str> = view
        .scopes
        .iter()
        .filter(|scope| scope.granted == Some(false))
        .map(|scope| scope.scope)
        .collect();
    let items = view
        .scopes
        .iter()
        .map(|scope| {
            let said = match scope.granted {
                Some(true) => "granted",
                Some(false) => "missing",
                None => "not known yet",
            };
            let class = if scope.granted == Some(false) {
                "tag tag--bad"
            } else {
                "tag"
            };
            view! { <li><code>{scope.scope}</code>" " <span class=class>{said}</span>" – "{scope.why}</li> }
                .erase()
        })
        .collect_view();
    let help = (!missing.is_empty()).then(|| {
        view! {
            <p class="remark">
                {format!("To add {}:", missing.join(", "))}
                " open "
                <a href="https://api.slack.com/apps" target="_blank" rel="noreferrer">"api.slack.com/apps"</a>
                {format!(" → your app → OAuth & Permissions → {heading} → Add an OAuth Scope. Then press “Reinstall to Workspace” \
                          at the top of that page, and come back: “Check again” if the token stayed the same, or replace it.")}
            </p>
        }
        .erase()
    });
    let others = (!view.other_scopes.is_empty()).then(|| {
        view! { <p class="hint">{format!("Granted beyond that: {}.", view.other_scopes.join(", "))}</p> }
            .erase()
    });
    view! {
        <section class="card">
            <h2 class="card__title">"What it may do in Slack"</h2>
            <ul class="plain-list">{items}</ul>
            {help}
            {others}
        </section>
    }
    .erase()
}

fn replace_form(view: &ConnectionView, typed: &Typed) -> AnyView {
    let wrong = &typed.replacing;
    let chosen: Vec<String> = typed
        .other_workspace
        .then(|| "yes".to_owned())
        .into_iter()
        .collect();
    let moving = view.can_move.then(|| {
        let option = [(
            "yes".to_owned(),
            "The new token is of another workspace, and I mean it".to_owned(),
        )];
        Field::new("other_workspace", "Another workspace", wrong).boxes(&option, &chosen)
    });
    let urgent = if view.row.state == ConnectionState::Broken {
        "button button--primary"
    } else {
        "button"
    };
    view! {
        <form class="card form" method="post" action=address(&view.row.id)>
            <h2 class="card__title">"Replace the token"</h2>
            <p>"All rules of this connection use the new one from then on, and what waits is sent."</p>
            {complaints(wrong, label)}
            <input type="hidden" name="do" value="replace"/>
            {Field::new("auth_token", "New token", wrong)
                .hint("It begins with xoxb- or xoxp-. It is checked with Slack before it takes the old one's place.")
                .required()
                .line("password", "")}
            {moving}
            <p><button type="submit" class=urgent>"Check and replace"</button></p>
        </form>
    }
    .erase()
}

fn rename_form(view: &ConnectionView, typed: &Typed) -> AnyView {
    let wrong = &typed.renaming;
    let name = typed.name.clone().unwrap_or_else(|| view.row.name.clone());
    let remove = format!("{}/remove", address(&view.row.id));
    view! {
        <div class="card">
            <form class="form" method="post" action=address(&view.row.id)>
                <h2 class="card__title">"Name"</h2>
                {complaints(wrong, label)}
                <input type="hidden" name="do" value="rename"/>
                {Field::new("name", "Name", wrong).required().line("text", &name)}
                <p><button type="submit" class="button">"Save the name"</button></p>
            </form>
            <p><a href=remove>"Remove this connection…"</a></p>
        </div>
    }
    .erase()
}

fn rules(view: &ConnectionView) -> AnyView {
    if view.rules.is_empty() {
        return view! {
            <section class="page-part">
                <h2 class="page-part__title">"Rules that use it"</h2>
                <p class="hint">"None that you look after. Choose it under Auth Token when you add a rule."</p>
            </section>
        }
        .erase();
    }
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = view.rules.iter().map(rule).collect_view();
    let shown = i64::try_from(view.rules.len()).unwrap_or(i64::MAX);
    let more = (view.row.more_rules || view.row.rules > shown).then(|| {
        view! { <p class="hint">{format!("The newest {shown}, of {}.", parts::rules(&view.row).to_lowercase())}</p> }
            .erase()
    });
    view! {
        <section class="page-part">
            <h2 class="page-part__title">"Rules that use it"</h2>
            <table class="table table--compact" role="table" aria-label="Rules that use it">
                <thead role="rowgroup">
                    <tr role="row">
                        {column("Rule")} {column("Trigger")} {column("Lives on")} {column("Sends to")} {column("Status")}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
            {more}
        </section>
    }
    .erase()
}

fn rule(rule: &ConnectionRule) -> AnyView {
    let (level, entity) = &rule.place;
    let list = Place::Entity(*level, entity.clone()).tracking();
    let to = with_query(&list, &[("q", &rule.number.to_string())]);
    let name = (!rule.name.is_empty())
        .then(|| view! { <span class="table__sub">{rule.name.clone()}</span> }.erase());
    view! {
        <tr role="row">
            <td role="cell" class="table__main">
                <a class="table__name" href=to rel="external">{format!("Rule {}", rule.number)}</a>
                {name}
            </td>
            <td role="cell" data-label="Trigger">{rule.trigger.clone()}</td>
            <td role="cell" data-label="Lives on">{format!("{} {entity}", level.label())}</td>
            <td role="cell" data-label="Sends to">{rule.destination.clone()}</td>
            <td role="cell" data-label="Status">{if rule.active { "Active" } else { "Disabled" }}</td>
        </tr>
    }
    .erase()
}
