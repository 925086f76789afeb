//! A row of the log: an event, and what became of it.

use leptos::prelude::*;

use super::{address, event_address, lead_address, parts};
use crate::desk::moment;
use crate::parts::view::Erase;
use crate::views::event_log::{EventRow, FiredRow};

/// Rules told in a row; the page of the event tells all.
const TOLD: usize = 3;

/// The head of the columns.
pub(super) fn columns(hosts: bool) -> AnyView {
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    view! {
        <thead role="rowgroup">
            <tr role="row">
                {column("Date")}
                {column("Entity")}
                {hosts.then(|| column("Host"))}
                {column("Tracking")}
                {column("Trigger")}
                {column("Action")}
                {column("Preset")}
                {column("Status")}
                {column("Delay")}
            </tr>
        </thead>
    }
    .erase()
}

/// The row as HTML, for a page that is open already.
#[must_use]
pub fn event_row_html(row: &EventRow, hosts: bool) -> String {
    Owner::new().with(|| line(row, hosts).to_html())
}

fn none() -> AnyView {
    view! { <span class="log-nothing">"–"</span> }.erase()
}

/// One thing of each rule that fired, a line each.
fn lines(row: &EventRow, one: impl Fn(&FiredRow) -> AnyView) -> AnyView {
    if row.fired.is_empty() {
        return none();
    }
    let told = row
        .fired
        .iter()
        .take(TOLD)
        .map(|fired| view! { <span class="log-line">{one(fired)}</span> }.erase())
        .collect_view();
    told.erase()
}

pub(super) fn line(row: &EventRow, hosts: bool) -> AnyView {
    let sub = |text: String| view! { <span class="table__sub">{text}</span> }.erase();
    let places = row
        .places
        .iter()
        .map(|(name, href)| {
            let shown = match href.clone() {
                Some(href) => view! { <a href=href>{name.clone()}</a> }.erase(),
                None => name.clone().erase(),
            };
            view! { <span class="log-line">{shown}</span> }.erase()
        })
        .collect_view();
    let action = lines(row, |fired| {
        let rule = format!("Rule {}", fired.rule_number);
        let rule = match fired.rule_href.clone() {
            Some(href) => view! { <a href=href rel="external">{rule}</a> }.erase(),
            None => format!("{rule} (deleted)").erase(),
        };
        view! { {rule} " → " <span class="nowrap">{fired.destination.clone()}</span> }.erase()
    });
    let rest = row.fired.len().saturating_sub(TOLD);
    let more = (rest > 0).then(|| sub(format!("and {rest} more")));
    let status = if row.fired.is_empty() {
        view! { <a href=event_address(&row.id, row.platform)>"No rule fired"</a> }.erase()
    } else {
        lines(row, |fired| {
            let reason = fired.reason.map(|means| sub(means.to_owned()));
            view! { <a class="log-status" href=address(&fired.delivery)>{parts::status(fired.status)}</a> {reason} }
                .erase()
        })
    };
    let lead = match &row.call {
        Some(call) => format!("{} · call {call}", parts::lead(row.platform, &row.lead)),
        None => parts::lead(row.platform, &row.lead),
    };
    let host = hosts.then(|| {
        let host = row.host.clone().map_or_else(none, Erase::erase);
        view! { <td role="cell" data-label="Host">{host}</td> }.erase()
    });
    view! {
        <tr role="row">
            <td role="cell" data-label="Date" class="nowrap">{moment(row.at)}</td>
            <td role="cell" data-label="Entity" class="table__wide">
                <a class="table__name" href=event_address(&row.id, row.platform)>{lead}</a>
                <a class="table__sub" href=lead_address(&row.lead)>"Everything about it"</a>
            </td>
            {host}
            <td role="cell" data-label="Tracking" class="table__wide">{places}</td>
            <td role="cell" data-label="Trigger" class="table__wide">{row.trigger.label()} {sub(row.id.clone())}</td>
            <td role="cell" data-label="Action" class="table__wide">{action} {more}</td>
            <td role="cell" data-label="Preset">
                {lines(row, |fired| fired.preset.clone().map_or_else(none, Erase::erase))}
            </td>
            <td role="cell" data-label="Status" class="table__wide">{status}</td>
            <td role="cell" data-label="Delay" class="nowrap">
                {lines(row, |fired| fired.delay_ms.map_or_else(none, |ms| parts::span(ms).erase()))}
            </td>
        </tr>
    }
    .erase()
}
