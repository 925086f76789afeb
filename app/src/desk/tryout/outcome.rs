//! What came of a try: each filter's verdict in words, the message as Slack shows it, Slack's answer.

use leadbell_domain::Judged;
use leptos::prelude::*;

use crate::desk::slack_card::slack_message;
use crate::parts::badge::{Tone, badge};
use crate::parts::view::Erase;
use crate::views::tryout::RunView;

/// The outcome of a run; `below` a heading of its own.
pub(in crate::desk) fn verdict(run: &RunView, below: bool) -> AnyView {
    let (tone, said) = if run.fires {
        (Tone::Good, "It would fire")
    } else {
        (Tone::Idle, "It would not fire")
    };
    let obstacles = run
        .obstacles
        .iter()
        .map(|line| view! { <li>{line.clone()}</li> }.erase())
        .collect_view();
    let filters = if run.filters.is_empty() {
        view! { <p class="hint">"The rule has no filters: every event of its trigger passes."</p> }.erase()
    } else {
        table(&run.filters)
    };
    let text = match &run.text {
        Some(text) => slack_message(text, run.blocks.as_ref()),
        None => view! {
            <p>"What it says is not for your role: personal data of leads, or an event that has happened."</p>
        }
        .erase(),
    };
    let length = run.text.as_ref().map(|text| {
        view! { <p class="hint">{format!("{} of 4,000 characters", text.chars().count())}</p> }.erase()
    });
    let title = |said: AnyView| {
        if below {
            view! { <h3 class="card__title">{said}</h3> }.erase()
        } else {
            view! { <h2 class="card__title">{said}</h2> }.erase()
        }
    };
    view! {
        <div class="columns">
            <section class="card">
                {title(badge(tone, said))}
                <ul class="plain-list">{obstacles}</ul>
                {filters}
            </section>
            <section class="card">
                {title("The message".erase())}
                {text}
                {length}
                {answer(run)}
            </section>
        </div>
    }
    .erase()
}

fn table(filters: &[Judged]) -> AnyView {
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = filters
        .iter()
        .map(|judged| {
            let (tone, said) = if judged.passed {
                (Tone::Good, "Passed")
            } else {
                (Tone::Warn, "Stopped it")
            };
            let actual = judged.actual.clone().unwrap_or_else(|| "nothing".to_owned());
            view! {
                <tr role="row">
                    <td role="cell" data-label="Wanted">{judged.wanted.clone()}</td>
                    <td role="cell" data-label="There was">{actual}</td>
                    <td role="cell" data-label="Verdict">{badge(tone, said)}</td>
                </tr>
            }
            .erase()
        })
        .collect_view();
    view! {
        <table class="table table--compact" role="table" aria-label="Filters">
            <thead role="rowgroup">
                <tr role="row">{column("Wanted")} {column("There was")} {column("Verdict")}</tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .erase()
}

fn answer(run: &RunView) -> AnyView {
    match &run.sent {
        None => view! { <p class="hint">"It was not sent."</p> }.erase(),
        Some((ok, said, note)) => {
            let (tone, label) = if *ok {
                (Tone::Good, "Sent")
            } else {
                (Tone::Warn, "Not sent")
            };
            let note = note
                .clone()
                .map(|note| view! { <span class="table__sub">{note}</span> }.erase());
            view! {
                <p>{badge(tone, label)} " " {format!("To {}: {said}", run.destination)}</p>
                {note}
            }
            .erase()
        }
    }
}
