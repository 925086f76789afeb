//! `/log/deliveries`: what became of messages, newest first.

use axum::extract::{Request, State};
use axum::response::Response;
use leptos::prelude::*;

use super::files::{self, export_script};
use super::search::toolbar;
use super::tabs::{Tab, head};
use super::{LIST, address, parts};
use crate::desk::{Visit, moment};
use crate::http::Pages;
use crate::parts::view::{Erase, nothing};
use crate::views::deliveries::{DeliveryList, DeliveryRow, DeliverySearch};

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let search = DeliverySearch::of(&visit);
    match visit.backend.deliveries(&search).await {
        Ok(list) => {
            visit
                .page_with_script("Deliveries", export_script!(), || page(&list, &search))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

/// All of the search as a file.
pub(super) async fn export(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let search = DeliverySearch::of(&visit);
    let file = async {
        let (format, tracked_as) = files::wanted(&visit)?;
        let body = visit
            .backend
            .export_deliveries(&search, format, &tracked_as)
            .await?;
        Ok(files::answer("leadbell-deliveries", format, body))
    };
    match file.await {
        Ok(answer) => answer,
        Err(error) => visit.trouble(error).await,
    }
}

fn page(list: &DeliveryList, search: &DeliverySearch) -> AnyView {
    let shown = if list.rows.is_empty() && list.searched.is_some() {
        ways(list, search)
    } else if list.rows.is_empty() {
        empty(list, search)
    } else {
        table(list, search)
    };
    view! {
        {head(Tab::Deliveries, "Every message that a rule wanted sent, with what Slack made of it.")}
        {toolbar(list, search)}
        {unusable(list)}
        {shown}
    }
    .erase()
}

fn unusable(list: &DeliveryList) -> AnyView {
    if list.unusable.is_empty() {
        return nothing();
    }
    let items = list
        .unusable
        .iter()
        .map(|line| view! { <li>{line.clone()}</li> }.erase())
        .collect_view();
    view! { <div class="complaints" role="alert"><ul>{items}</ul></div> }.erase()
}

fn table(list: &DeliveryList, search: &DeliverySearch) -> AnyView {
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let resends = list.can_resend && list.rows.iter().any(DeliveryRow::is_resendable);
    let rows = list.rows.iter().map(|row| line(row, resends)).collect_view();
    let hidden = resends.then(|| search.hidden());
    let buttons = resends.then(|| {
        view! {
            <p class="row-actions log-actions">
                <button type="submit" class="button" name="what" value="chosen">"Send the chosen again…"</button>
                <button type="submit" class="button button--quiet" name="what" value="all">
                    "Send all of this search again…"
                </button>
            </p>
        }
        .erase()
    });
    view! {
        <div class="row-actions log-actions">
            {files::links(|format| search.file(format))}
        </div>
        <form method="get" action=super::RESEND>
        {hidden}
        <table class="table" role="table" aria-label="Deliveries">
            <thead role="rowgroup">
                <tr role="row">
                    {resends.then(|| column("Choose"))}
                    {column("Time")}
                    {column("Event")}
                    {column("Rule")}
                    {column("Sent to")}
                    {column("Status")}
                    {column("Calls")}
                    {column("Delay")}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        {buttons}
        </form>
        {ways(list, search)}
    }
    .erase()
}

/// The way to older ones, and back.
fn ways(list: &DeliveryList, search: &DeliverySearch) -> AnyView {
    let newest = (!search.before.is_empty()).then(|| {
        view! { <a class="button button--quiet button--small" href=search.address()>"Newest"</a> }.erase()
    });
    let older = list.next.as_deref().map(|next| {
        let to = search.address_after(next);
        view! { <a class="button button--quiet button--small" href=to>{if list.searched.is_some() { "Go on searching" } else { "Older" }}</a> }.erase()
    });
    let searched = list
        .searched
        .map(|at| view! { <span>"Searched back to " {moment(at)}</span> }.erase());
    let shown = match list.rows.len() {
        1 => "1 delivery".to_owned(),
        many => format!("{many} deliveries"),
    };
    view! {
        <nav class="pager" aria-label="Pages of this list">
            <span class="pager__count">{shown} " " {searched}</span>
            <span class="pager__links">{newest} {older}</span>
        </nav>
    }
    .erase()
}

fn line(row: &DeliveryRow, resends: bool) -> AnyView {
    let label = format!(
        "Choose the message about {}",
        parts::lead(row.platform, &row.lead)
    );
    let choose = resends.then(|| {
        let input = row.is_resendable().then(|| {
            view! { <input class="log-box" type="checkbox" name="id" value=row.id.clone() aria-label=label/> }.erase()
        });
        let class = if input.is_some() { "" } else { "log-none" };
        view! { <td role="cell" data-label="Choose" class=class>{input}</td> }.erase()
    });
    let sub = |text: String| view! { <span class="table__sub">{text}</span> }.erase();
    let rule = format!("Rule {}", row.rule_number);
    let rule = match row.rule_href.clone() {
        Some(href) => view! { <a href=href rel="external">{rule}</a> }.erase(),
        None => view! { <span>{format!("{rule} (deleted)")}</span> }.erase(),
    };
    let reason = row.reason.map(|(means, _)| sub(means.to_owned()));
    let twice = row
        .maybe_twice
        .then(|| sub("Readers may have got it twice.".to_owned()));
    view! {
        <tr role="row">
            {choose}
            <td role="cell" data-label="Time" class="nowrap">{moment(row.at)}</td>
            <td role="cell" data-label="Event" class="table__wide">
                <a class="table__name" href=address(&row.id)>{parts::lead(row.platform, &row.lead)}</a>
                {sub(row.trigger.label())}
            </td>
            <td role="cell" data-label="Rule" class="table__wide">
                {rule} {(!row.rule_name.is_empty()).then(|| sub(row.rule_name.clone()))} {sub(row.place.clone())}
            </td>
            <td role="cell" data-label="Sent to" class="table__wide">
                <span class="nowrap">{row.destination.clone()}</span>
                {row.connection.clone().map(sub)}
            </td>
            <td role="cell" data-label="Status" class="table__wide">{parts::status(row.status)} {reason} {twice}</td>
            <td role="cell" data-label="Calls" class="table__number">{row.attempts.to_string()}</td>
            <td role="cell" data-label="Delay" class="nowrap">{row.delay_ms.map_or_else(|| "–".to_owned(), parts::span)}</td>
        </tr>
    }
    .erase()
}

fn empty(list: &DeliveryList, search: &DeliverySearch) -> AnyView {
    if search.narrows() || !search.before.is_empty() || !list.unusable.is_empty() {
        return parts::nothing_found("delivery", LIST);
    }
    view! {
        <section class="empty">
            <p class="empty__title">"Nothing was sent yet"</p>
            <p>"When an event fits an active rule, its message appears here within a second: add a rule on a Tracking tab."</p>
        </section>
    }
    .erase()
}
