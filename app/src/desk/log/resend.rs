//! `/log/deliveries/resend`: what sending again would do, and then doing it.

use axum::extract::{Request, State};
use axum::response::Response;
use leptos::prelude::*;

use super::{LIST, RESEND, parts};
use crate::desk::Visit;
use crate::http::Pages;
use crate::parts::view::Erase;
use crate::views::deliveries::{DeliverySearch, ResendChoice, ResendLook, ResendRow};

const TITLE: &str = "Send messages again";

/// The choice of an address or a form: "all" means the whole search, anything else only what is ticked.
fn choice(what: &str, ids: Vec<String>, search: DeliverySearch) -> Option<ResendChoice> {
    let all = what == "all";
    (all || !ids.is_empty()).then(|| ResendChoice {
        ids: if all { Vec::new() } else { ids },
        search: if all { search } else { DeliverySearch::default() },
        looked_at: None,
    })
}

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let search = DeliverySearch::of(&visit);
    let Some(choice) = choice(&visit.query("what"), visit.queries("id"), search.clone()) else {
        return visit
            .done("Choose at least one message first.", &search.address())
            .await;
    };
    match visit.backend.resend_look(&choice).await {
        Ok(look) => visit.page(TITLE, || page(&look, &choice)).await,
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(opened) => opened,
        Err(elsewhere) => return *elsewhere,
    };
    let ids = form.all("id");
    let search = DeliverySearch::read(|name| form.text(name));
    let Some(choice) = choice(&form.text("what"), ids, search) else {
        return visit.done("Choose at least one message first.", LIST).await;
    };
    let choice = ResendChoice {
        looked_at: form.text("looked_at").parse().ok(),
        ..choice
    };
    match visit.backend.resend(&choice).await {
        Ok(said) => visit.done(&said, LIST).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn messages(count: i64) -> String {
    match count {
        1 => "1 message".to_owned(),
        many => format!("{many} messages"),
    }
}

fn page(look: &ResendLook, choice: &ResendChoice) -> AnyView {
    let back = choice.search.address();
    let body = if look.count == 0 {
        view! {
            <section class="empty">
                <p class="empty__title">"Nothing to send again"</p>
                <p>"Only messages that failed, were held back or are not certain can be sent again, with a connection that is still there."</p>
                <p><a class="button" href=back>"Back to the deliveries"</a></p>
            </section>
        }
        .erase()
    } else {
        what_it_does(look, choice, back)
    };
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href=LIST>"Deliveries"</a></nav>
            <div class="head__line"><h1 class="head__title">{TITLE}</h1></div>
        </header>
        {body}
    }
    .erase()
}

fn what_it_does(look: &ResendLook, choice: &ResendChoice, back: String) -> AnyView {
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = look.rows.iter().map(line).collect_view();
    let ids = choice
        .ids
        .iter()
        .map(|id| view! { <input type="hidden" name="id" value=id.clone()/> }.erase())
        .collect_view();
    let what = if choice.ids.is_empty() { "all" } else { "chosen" };
    let twice: i64 = look.rows.iter().map(|row| row.maybe_twice).sum();
    let warning = (twice > 0).then(|| {
        let said = format!(
            "{} may have been posted already, so readers may see it twice. Look into the channel first if that matters.",
            messages(twice)
        );
        view! { <p class="remark">{said}</p> }.erase()
    });
    view! {
        <section class="log-part">
            <p>
                {format!("{} will be sent again, as they were written then, each channel in the order of its events.", messages(look.count))}
                " New messages for the same channels wait behind them."
            </p>
            {warning}
            <table class="table" role="table" aria-label="What will be sent">
                <thead role="rowgroup">
                    <tr role="row">
                        {column("Sent to")} {column("Messages")} {column("Takes about")} {column("Worth knowing")}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
            <form class="row-actions log-actions" method="post" action=RESEND>
                <input type="hidden" name="what" value=what/>
                <input type="hidden" name="looked_at" value=look.looked_at.to_string()/>
                {choice.search.hidden()}
                {ids}
                <button type="submit" class="button button--primary">{format!("Send {} again", messages(look.count))}</button>
                <a class="button button--quiet" href=back>"Cancel"</a>
            </form>
        </section>
    }
    .erase()
}

fn line(row: &ResendRow) -> AnyView {
    let mut notes = Vec::new();
    if row.impossible {
        notes.push("The connection is removed: these can't be sent.".to_owned());
    }
    if row.refused && !row.impossible {
        notes.push("Slack refuses this at present: they wait until it is mended.".to_owned());
    }
    if row.maybe_twice > 0 {
        notes.push(format!("{} may arrive twice.", messages(row.maybe_twice)));
    }
    if row.rule_off > 0 {
        notes.push(format!(
            "{} of rules that are deleted or disabled by now.",
            messages(row.rule_off)
        ));
    }
    if row.rule_changed > 0 {
        notes.push(format!(
            "{} of rules that were changed since.",
            messages(row.rule_changed)
        ));
    }
    let notes = notes
        .into_iter()
        .map(|note| view! { <span class="table__sub">{note}</span> }.erase())
        .collect_view();
    let takes = match row.takes_ms {
        0 => "no time".to_owned(),
        ms => parts::span(ms),
    };
    let connection = row
        .connection
        .clone()
        .map(|name| view! { <span class="table__sub">{name}</span> }.erase());
    view! {
        <tr role="row">
            <td role="cell" data-label="Sent to" class="table__wide"><span>{row.destination.clone()}</span> {connection}</td>
            <td role="cell" data-label="Messages">{row.count.to_string()}</td>
            <td role="cell" data-label="Takes about" class="nowrap">{takes}</td>
            <td role="cell" data-label="Worth knowing" class="table__wide">{notes}</td>
        </tr>
    }
    .erase()
}
