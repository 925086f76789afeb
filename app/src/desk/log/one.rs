//! `/log/deliveries/{id}`: one message, each call of Slack for it, and what can be done.

use axum::extract::{Request, State};
use axum::response::Response;
use leadbell_domain::DeliveryStatus;
use leptos::prelude::*;

use super::{LIST, RESEND, address, id_of, parts};
use crate::desk::slack_card::slack_message;
use crate::desk::{Visit, moment};
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::parts::view::{Erase, nothing};
use crate::views::deliveries::{CallRow, DeliveryView, ThreadPlace};

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let id = id_of(visit.path());
    match visit.backend.delivery(&id).await {
        Ok(found) => {
            let title = format!(
                "Message about {}",
                parts::lead(found.row.platform, &found.row.lead)
            );
            visit.page(&title, || page(&found, &title)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(opened) => opened,
        Err(elsewhere) => return *elsewhere,
    };
    let id = id_of(visit.path());
    let arrived = match form.text("do").as_str() {
        "arrived" => true,
        "not_arrived" => false,
        _ => {
            // Whose message this is not learns nothing of it, whatever he posts.
            let error = match visit.backend.delivery(&id).await {
                Ok(_) => AppError::Request("There is no such action.".to_owned()),
                Err(error) => error,
            };
            return visit.trouble(error).await;
        }
    };
    match visit.backend.settle_delivery(&id, arrived).await {
        Ok(said) => visit.done(&said, &address(&id)).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn page(found: &DeliveryView, title: &str) -> AnyView {
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href=LIST>"Deliveries"</a></nav>
            <div class="head__line">
                <h1 class="head__title">{title.to_owned()}</h1>
                <span class="head__facts">{parts::status(found.row.status)}</span>
            </div>
        </header>
        {standing(found)}
        <div class="columns">
            {facts(found)}
            {message(found)}
        </div>
        {calls(found)}
    }
    .erase()
}

/// Where it stands, why, and what to do.
fn standing(found: &DeliveryView) -> AnyView {
    let row = &found.row;
    let reason = row
        .reason
        .map(|(means, advice)| view! { <p>{means} " " {advice}</p> }.erase());
    let twice = row.maybe_twice.then(|| {
        view! {
            <p>"More than one call may have posted it, so readers may have got it twice."</p>
        }
        .erase()
    });
    view! {
        <section class="remark log-standing" aria-label="Where it stands">
            <p>{parts::status_meaning(row.status)}</p>
            {reason}
            {twice}
            {actions(found)}
        </section>
    }
    .erase()
}

/// What a person may do with a message that is not known to have arrived.
fn actions(found: &DeliveryView) -> AnyView {
    if !found.can_resend {
        return nothing();
    }
    let resend = with_query(RESEND, &[("id", &found.row.id), ("what", "chosen")]);
    let settle = (found.row.status == DeliveryStatus::Ambiguous).then(|| {
        view! {
            <form class="row-actions" method="post" action=address(&found.row.id)>
                <button type="submit" class="button" name="do" value="arrived">"It arrived"</button>
                <button type="submit" class="button" name="do" value="not_arrived">"It did not, and need not"</button>
            </form>
        }
        .erase()
    });
    view! {
        <div class="row-actions log-actions">
            {settle}
            <a class="button" href=resend>"Send it again…"</a>
        </div>
    }
    .erase()
}

fn facts(found: &DeliveryView) -> AnyView {
    let row = &found.row;
    let fact = |name: &'static str, value: AnyView| {
        view! { <div class="facts__fact"><dt>{name}</dt><dd>{value}</dd></div> }.erase()
    };
    let number = format!("Rule {}", row.rule_number);
    let rule = match row.rule_href.clone() {
        Some(href) => view! { <a href=href rel="external">{number}</a> }.erase(),
        None => format!("{number} (deleted)").erase(),
    };
    let changed = found
        .rule_changed
        .then(|| view! { <span class="table__sub">"changed since it wrote this message"</span> }.erase());
    let name = (!row.rule_name.is_empty())
        .then(|| view! { <span class="table__sub">{row.rule_name.clone()}</span> }.erase());
    let about = with_query(LIST, &[("q", &row.lead)]);
    let delay = row.delay_ms.map(|ms| fact("Delay", parts::span(ms).erase()));
    let receipt = found.receipt.as_ref().map(|(channel, ts)| {
        let said = view! { <code>{channel.clone()}</code> " " <code>{ts.clone()}</code> }.erase();
        fact("Slack's receipt", said)
    });
    let resends = (found.resends > 0).then(|| {
        let said = match found.resends {
            1 => "once".to_owned(),
            many => format!("{many} times"),
        };
        fact("Sent again by hand", said.erase())
    });
    view! {
        <section class="card">
            <h2 class="card__title">"Facts"</h2>
            <dl class="facts">
                {fact("Event", view! { {row.trigger.label()} " " <span class="table__sub">{found.event.clone()}</span> }.erase())}
                {fact("About", view! { <a href=about>{parts::lead(row.platform, &row.lead)}</a> }.erase())}
                {fact("Rule", view! { {rule} {name} <span class="table__sub">{row.place.clone()}</span> {changed} }.erase())}
                {fact("Sent to", row.destination.clone().erase())}
                {row.connection.clone().map(|name| fact("Connection", name.erase()))}
                {fact("Event arrived", moment(row.at))}
                {fact("In this state since", moment(found.updated_at))}
                {delay}
                {receipt}
                {found.thread.as_ref().map(|place| fact("Thread", thread(place)))}
                {resends}
            </dl>
        </section>
    }
    .erase()
}

/// Whether it is a thread's first message or a reply, and how its line of state does.
fn thread(place: &ThreadPlace) -> AnyView {
    match place {
        ThreadPlace::First { line } => {
            let line = line.as_ref().map(|(code, means)| {
                view! {
                    <span class="table__sub">
                        "Its line of state could not be brought up to date: " {*means} " " <code>{code.clone()}</code>
                    </span>
                }
                .erase()
            });
            view! { "The first message of its thread" {line} }.erase()
        }
        ThreadPlace::Reply { first } => {
            let first = first
                .as_ref()
                .map(|id| view! { " to " <a href=address(id)>"its first message"</a> }.erase());
            view! { "A reply" {first} }.erase()
        }
    }
}

fn message(found: &DeliveryView) -> AnyView {
    let text = match &found.text {
        Some(text) => {
            view! { <pre class="log-text" tabindex="0" aria-label="Message text">{text.clone()}</pre> }
                .erase()
        }
        None => view! {
            <p>"This rule's messages show personal data of leads, which your role may not see."</p>
        }
        .erase(),
    };
    let card = found.blocks.as_ref().map(|blocks| {
        view! {
            {slack_message("", Some(blocks))}
            <p class="hint">"Its text, as notifications read it:"</p>
        }
        .erase()
    });
    view! {
        <section class="card">
            <h2 class="card__title">"The message"</h2>
            {card}
            {text}
            <p class="hint">"As it was written when the event arrived; later changes of the rule do not change it."</p>
        </section>
    }
    .erase()
}

pub(super) fn calls(found: &DeliveryView) -> AnyView {
    let body = if found.calls.is_empty() {
        view! { <p class="hint">"Slack was not called yet."</p> }.erase()
    } else {
        let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
        let rows = found.calls.iter().map(call).collect_view();
        view! {
            <table class="table" role="table" aria-label="Calls of Slack">
                <thead role="rowgroup">
                    <tr role="row">
                        {column("Call")} {column("Time")} {column("Took")} {column("What came of it")} {column("What to do")}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        }
        .erase()
    };
    view! {
        <section class="log-part">
            <h2 class="log-part__title">"Calls of Slack"</h2>
            {body}
        </section>
    }
    .erase()
}

fn call(call: &CallRow) -> AnyView {
    let code = call
        .code
        .clone()
        .map(|code| view! { " " <code>{code}</code> }.erase());
    let http = call
        .http_status
        .map(|status| view! { <span class="table__sub">{format!("HTTP {status}")}</span> }.erase());
    let means = call
        .reason
        .map(|(means, _)| view! { <span class="table__sub">{means}</span> }.erase());
    let wait = call
        .wait_ms
        .map(|ms| view! { <span class="table__sub">{format!("Wait of {}", parts::span(ms))}</span> }.erase());
    let note = call
        .note
        .clone()
        .map(|note| view! { <span class="table__sub">{note}</span> }.erase());
    let advice = match call.reason {
        Some((_, advice)) => advice.erase(),
        None => nothing(),
    };
    view! {
        <tr role="row">
            <td role="cell" data-label="Call">{call.number.to_string()}</td>
            <td role="cell" data-label="Time" class="nowrap">{moment(call.at)}</td>
            <td role="cell" data-label="Took" class="nowrap">{parts::span(call.took_ms)}</td>
            <td role="cell" data-label="What came of it" class="table__wide">
                <span>{call.outcome} {code}</span> {means} {wait} {note} {http}
            </td>
            <td role="cell" data-label="What to do">{advice}</td>
        </tr>
    }
    .erase()
}
