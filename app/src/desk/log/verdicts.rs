//! What every rule made of an event, filter by filter.

use leptos::prelude::*;

use super::event_address;
use crate::logic::query::encode;
use crate::parts::badge::{Tone, badge};
use crate::parts::view::{Erase, nothing};
use crate::views::event_log::{EventView, VerdictRow};

pub(super) fn verdicts(found: &EventView) -> AnyView {
    let fired = found.verdicts.iter().filter(|verdict| verdict.fired).count();
    let said = match (found.verdicts.len(), fired) {
        (0, _) => "No rule of yours waited for such an event when it arrived.".to_owned(),
        (1, 0) => "One rule looked at it, and did not fire.".to_owned(),
        (1, _) => "One rule looked at it, and fired.".to_owned(),
        (all, 0) => format!("{all} rules looked at it; none fired."),
        (all, fired) => format!("{all} rules looked at it; {fired} fired."),
    };
    let more = found.more_rules.as_deref().map(|rules| {
        let to = format!(
            "{}&rules={}",
            event_address(&found.row.id, found.row.platform),
            encode(rules)
        );
        view! { <p><a class="button button--quiet" href=to>"Further rules"</a></p> }.erase()
    });
    let rows = found.verdicts.iter().map(line).collect_view();
    let table = if found.verdicts.is_empty() {
        nothing()
    } else {
        let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
        view! {
            <table class="table log-table" role="table" aria-label="Rules">
                <thead role="rowgroup">
                    <tr role="row">{column("Rule")} {column("Verdict")} {column("Why")}</tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        }
        .erase()
    };
    view! {
        <section class="log-part" id="rules">
            <h2 class="log-part__title">"What the rules made of it"</h2>
            <p class="log-part__said">{said} " Each is judged as it was when the event arrived."</p>
            {table}
            {more}
        </section>
    }
    .erase()
}

fn line(verdict: &VerdictRow) -> AnyView {
    let sub = |text: String| view! { <span class="table__sub">{text}</span> }.erase();
    let number = format!("Rule {}", verdict.number);
    let rule = match verdict.href.clone() {
        Some(href) => view! { <a class="table__name" href=href rel="external">{number}</a> }.erase(),
        None => view! { <span class="table__name">{format!("{number} (deleted)")}</span> }.erase(),
    };
    let name = (!verdict.name.is_empty()).then(|| sub(verdict.name.clone()));
    let changed = verdict
        .changed
        .then(|| sub(format!("Version {}, changed since", verdict.version)));
    let mark = if verdict.fired {
        badge(Tone::Good, "Fired")
    } else {
        badge(Tone::Idle, "Did not fire")
    };
    let checks = verdict
        .checks
        .iter()
        .map(|(said, passed)| {
            let (class, mark, word) = if *passed {
                ("log-check", "✓", "passes: ")
            } else {
                ("log-check log-check--stops", "✗", "stops it: ")
            };
            view! {
                <li class=class>
                    <span aria-hidden="true">{mark} " "</span>
                    <span class="visually-hidden">{word}</span>
                    {said.clone()}
                </li>
            }
            .erase()
        })
        .collect_view();
    let checks = (!verdict.checks.is_empty()).then(|| view! { <ul class="plain-list">{checks}</ul> }.erase());
    view! {
        <tr role="row">
            <td role="cell" data-label="Rule" class="table__wide">{rule} {name} {sub(verdict.place.clone())} {changed}</td>
            <td role="cell" data-label="Verdict" class="nowrap">{mark}</td>
            <td role="cell" data-label="Why" class="table__wide">{verdict.said} {checks}</td>
        </tr>
    }
    .erase()
}
