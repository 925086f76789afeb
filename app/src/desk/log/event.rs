//! `/log/events/{event_id}`: one event: what is known of it, what every rule made of it, and what became of the messages.

use axum::extract::{Request, State};
use axum::response::Response;
use leadbell_domain::Fact;
use leptos::prelude::*;

use super::one::calls;
use super::{EVENTS, address, event_address, id_of, lead_address, parts, verdicts};
use crate::desk::{Visit, moment};
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::view::{Erase, nothing};
use crate::views::event_log::{EventView, MessageView};

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    match Visit::open(pages, request) {
        Ok(visit) => shown(visit, false).await,
        Err(elsewhere) => *elsewhere,
    }
}

pub(super) async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(opened) => opened,
        Err(elsewhere) => return *elsewhere,
    };
    if form.text("do") == "reveal" {
        return shown(visit, true).await;
    }
    // Whose event this is not learns nothing of it, whatever he posts.
    let error = match visit.backend.event(&id_of(visit.path()), "", "", false).await {
        Ok(_) => AppError::Request("There is no such action.".to_owned()),
        Err(error) => error,
    };
    visit.trouble(error).await
}

async fn shown(visit: Visit, reveal: bool) -> Response {
    let id = id_of(visit.path());
    let (platform, rules) = (visit.query("platform"), visit.query("rules"));
    match visit.backend.event(&id, &platform, &rules, reveal).await {
        Ok(found) => {
            let title = format!(
                "{}: {}",
                parts::lead(found.row.platform, &found.row.lead),
                found.row.trigger.label()
            );
            visit.page(&title, || page(&found, &title)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn page(found: &EventView, title: &str) -> AnyView {
    let row = &found.row;
    let twin = found.twin.map(|platform| {
        let to = event_address(&row.id, platform);
        view! { <p class="remark">"Another event has this id: " <a href=to>{format!("of {}", platform.label())}</a></p> }
            .erase()
    });
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href=EVENTS>"Tracking Log"</a></nav>
            <div class="head__line"><h1 class="head__title">{title.to_owned()}</h1></div>
            <p class="hint">"Event " <code>{row.id.clone()}</code></p>
            <p><a href=lead_address(&row.lead)>"Everything about this lead"</a></p>
        </header>
        {twin}
        {timeline(found)}
        {verdicts::verdicts(found)}
        {messages(found)}
        {facts(found)}
    }
    .erase()
}

/// What happened, in order.
fn timeline(found: &EventView) -> AnyView {
    let row = &found.row;
    let step = |at, text: AnyView| view! { <li>{moment(at)} " " {text}</li> }.erase();
    let sent = found
        .messages
        .iter()
        .flat_map(|message| {
            let rule = message.delivery.row.rule_number;
            message.delivery.calls.iter().map(move |call| {
                let reason = call
                    .reason
                    .map(|(means, _)| format!(" {means}"))
                    .unwrap_or_default();
                (
                    call.at,
                    format!("Slack was called for rule {rule}. {}.{reason}", call.outcome),
                )
            })
        })
        .collect::<Vec<_>>();
    let mut sent = sent;
    sent.sort_by_key(|(at, _)| *at);
    let calls = sent
        .into_iter()
        .map(|(at, text)| step(at, text.erase()))
        .collect_view();
    let fired = found.verdicts.iter().filter(|verdict| verdict.fired).count();
    let judged = match fired {
        0 => "The rules were asked, and none fired.".to_owned(),
        1 => "One rule fired; its message was queued.".to_owned(),
        many => format!("{many} rules fired; their messages were queued."),
    };
    view! {
        <section class="card log-times">
            <h2 class="card__title">"What happened"</h2>
            <ol class="plain-list">
                {step(found.occurred_at, "It happened.".erase())}
                {step(row.at, "Leadbell received it and stored it.".erase())}
                {step(row.at, judged.erase())}
                {calls}
            </ol>
        </section>
    }
    .erase()
}

/// The messages, with each call of Slack.
fn messages(found: &EventView) -> AnyView {
    if found.messages.is_empty() {
        return nothing();
    }
    let all = found.messages.iter().map(message).collect_view();
    view! { <section class="log-part" aria-label="Messages">{all}</section> }.erase()
}

fn message(message: &MessageView) -> AnyView {
    let row = &message.delivery.row;
    let reason = row
        .reason
        .map(|(means, advice)| view! { <p>{means} " " {advice}</p> }.erase());
    let text = match &message.delivery.text {
        Some(text) => {
            view! { <pre class="log-text" tabindex="0" aria-label="Message text">{text.clone()}</pre> }
                .erase()
        }
        None => view! { <p>"What this message says is not for your role to see."</p> }.erase(),
    };
    let link = message.permalink.clone().map(|href| {
        view! { <a class="button button--quiet" href=href rel="noreferrer">"Open in Slack"</a> }.erase()
    });
    let title = format!("Message of rule {} to {}", row.rule_number, row.destination);
    view! {
        <article class="card log-message">
            <h3 class="card__title">{title} " " {parts::status(row.status)}</h3>
            <p>{parts::status_meaning(row.status)}</p>
            {reason}
            {text}
            <p class="row-actions log-actions">
                <a class="button button--quiet" href=address(&row.id)>"This message and what to do"</a> {link}
            </p>
            {calls(&message.delivery)}
        </article>
    }
    .erase()
}

/// What is known of the event, by headings.
fn facts(found: &EventView) -> AnyView {
    let mut groups: Vec<(&'static str, Vec<&Fact>)> = Vec::new();
    for fact in &found.facts {
        match groups.iter_mut().find(|(group, _)| *group == fact.group) {
            Some((_, facts)) => facts.push(fact),
            None => groups.push((fact.group, vec![fact])),
        }
    }
    let cards = groups
        .iter()
        .map(|(group, facts)| {
            let lines = facts.iter().map(|fact| line(fact)).collect_view();
            view! {
                <section class="card">
                    <h3 class="card__title">{*group}</h3>
                    <dl class="facts">{lines}</dl>
                </section>
            }
            .erase()
        })
        .collect_view();
    let reveal = found.can_reveal.then(|| {
        view! {
            <form method="post" action=event_address(&found.row.id, found.row.platform) class="row-actions log-actions">
                <span>"Personal data is masked. Who looks at it is written down."</span>
                <button type="submit" class="button" name="do" value="reveal">"I confirm to get access"</button>
            </form>
        }
        .erase()
    });
    let revealed = found.revealed.then(|| {
        view! { <p class="remark" role="status">"Personal data is shown; the audit log says so."</p> }.erase()
    });
    view! {
        <section class="log-part" id="facts">
            <h2 class="log-part__title">"The event"</h2>
            {revealed}
            {reveal}
            <div class="columns">{cards}</div>
        </section>
    }
    .erase()
}

fn line(fact: &Fact) -> AnyView {
    let masked = fact
        .masked
        .then(|| view! { <span class="visually-hidden">" (masked)"</span> }.erase());
    view! {
        <div class="facts__fact"><dt>{fact.label.clone()}</dt><dd>{fact.value.clone()} {masked}</dd></div>
    }
    .erase()
}
