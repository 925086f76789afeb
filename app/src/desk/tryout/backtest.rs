//! Backtests: how far back, how far it is, and what came out.

use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderValue, header};
use leadbell_domain::Civil;
use leptos::prelude::*;

use super::backtest_address;
use super::parts;
use super::saved::{at_fields, stored};
use crate::address::Place;
use crate::desk::carried::carried;
use crate::desk::form::{Wrong, complaints};
use crate::desk::rule_place::rule_of;
use crate::desk::slack_card::slack_message;
use crate::desk::{Visit, moment};
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::decode;
use crate::parts::head::{Tab, entity_head};
use crate::parts::view::{Erase, nothing};
use crate::views::tryout::{BacktestOutcome, BacktestRow, BacktestView, TryPage};

/// How often a page of a running backtest is loaded again by itself.
const AGAIN: HeaderValue = HeaderValue::from_static("2");

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((on, rule)) = rule_of(&visit, "/backtest") else {
        return visit.trouble(AppError::NotFound).await;
    };
    match visit.backend.try_page(&stored(&on, rule)).await {
        Ok(page) => {
            let wrong = Wrong::default();
            visit
                .page(&title(&page), || shown(&page, &on.place, &wrong))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) async fn start(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(posted) => posted,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((on, rule)) = rule_of(&visit, "/backtest") else {
        return visit.trouble(AppError::NotFound).await;
    };
    let rule = stored(&on, rule);
    let wrong = match visit.backend.start_backtest(&rule, &form.text("try.days")).await {
        Ok(id) => return visit.go(&backtest_address(&id)),
        Err(AppError::Fields(errors)) => at_fields(errors),
        Err(AppError::Request(message)) => Wrong {
            message: Some(message),
            ..Wrong::default()
        },
        Err(error) => return visit.trouble(error).await,
    };
    match visit.backend.try_page(&rule).await {
        Ok(page) => {
            visit
                .refused(&title(&page), || shown(&page, &on.place, &wrong))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn title(page: &TryPage) -> String {
    let number = page.rule.as_ref().map_or(0, |(_, number)| *number);
    format!("Backtest of rule {number}")
}

fn shown(page: &TryPage, place: &Place, wrong: &Wrong) -> AnyView {
    let address = match &page.rule {
        Some((rule, _)) => place.rule(rule),
        None => place.new_rule(),
    };
    let name = (!page.name.is_empty()).then(|| format!(" · {}", page.name));
    view! {
        {entity_head(&page.view, *place == Place::Own, Tab::Tracking)}
        <section class="page-part">
            <h2 class="page-part__title">{title(page)} {name}</h2>
            <p>{page.sentence.clone()}</p>
            <p class="hint">{parts::BACKTEST}</p>
            <p class="page-part__links">
                <a href=place.tracking() rel="external">"Back to the rules"</a>
                <a href=format!("{address}/test")>"Test Run"</a>
            </p>
        </section>
        <form class="card form" method="post">
            {complaints(wrong, parts::label)}
            {parts::days(("do", "start"))}
        </form>
        {list(&page.backtests)}
    }
    .erase()
}

fn list(rows: &[BacktestRow]) -> AnyView {
    if rows.is_empty() {
        return nothing();
    }
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = rows
        .iter()
        .map(|row| {
            let matched = row
                .matched
                .map_or_else(|| "–".to_owned(), |count| count.to_string());
            let days = match row.days {
                1 => "1 day".to_owned(),
                many => format!("{many} days"),
            };
            view! {
                <tr role="row">
                    <td role="cell" data-label="Begun" class="nowrap">
                        <a class="table__name" href=backtest_address(&row.id)>{moment(row.at)}</a>
                    </td>
                    <td role="cell" data-label="Looked back">{days}</td>
                    <td role="cell" data-label="State">{row.status}</td>
                    <td role="cell" data-label="Would have fired" class="table__number">{matched}</td>
                </tr>
            }
            .erase()
        })
        .collect_view();
    view! {
        <section class="log-part">
            <h3 class="log-part__title">"Your backtests of this rule"</h3>
            <p class="hint">"They are kept for a day, for you alone."</p>
            <table class="table table--compact" role="table" aria-label="Your backtests of this rule">
                <thead role="rowgroup">
                    <tr role="row">
                        {column("Begun")} {column("Looked back")} {column("State")} {column("Would have fired")}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </section>
    }
    .erase()
}

fn id_of(path: &str) -> String {
    decode(path.rsplit('/').next().unwrap_or_default())
}

pub(super) async fn one(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let id = id_of(visit.path());
    match visit.backend.backtest(&id).await {
        Ok(found) => {
            // A publisher comes from his profile and goes back there.
            let place = match &visit.person.publisher {
                Some(own) if *own == found.view.entity.id => Place::Own,
                _ => Place::Entity(found.view.level, found.view.entity.id.clone()),
            };
            let still = !visit.query("still").is_empty();
            let mut page = visit.page("Backtest", || result(&found, &place, still)).await;
            if found.running && !still {
                page.headers_mut().insert(header::REFRESH, AGAIN);
            }
            page
        }
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) async fn act(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, _) = match Visit::post(pages, request).await {
        Ok(posted) => posted,
        Err(elsewhere) => return *elsewhere,
    };
    let id = id_of(visit.path());
    match visit.backend.cancel_backtest(&id).await {
        Ok(()) => {
            visit
                .done("The backtest is cancelled.", &backtest_address(&id))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn result(found: &BacktestView, place: &Place, still: bool) -> AnyView {
    let title = match &found.rule {
        Some((_, number)) if found.draft.is_none() => format!("Backtest of rule {number}"),
        Some((_, number)) => format!("Backtest of rule {number} as it stands in the form"),
        None => "Backtest of the new rule in its form".to_owned(),
    };
    let days = match found.days {
        1 => "the last day".to_owned(),
        many => format!("the last {many} days"),
    };
    let body = match (&found.outcome, found.running) {
        (Some(outcome), _) => out(outcome),
        (None, true) => progress(found, still),
        (None, false) => view! { <p class="remark">{found.status}</p> }.erase(),
    };
    view! {
        {entity_head(&found.view, *place == Place::Own, Tab::Tracking)}
        <section class="page-part">
            <h2 class="page-part__title">{title}</h2>
            <p class="hint">"Over " {days} " before " {moment(found.at)} ". Kept for a day, for you alone."</p>
        </section>
        {body}
        {ways(found, place)}
    }
    .erase()
}

fn progress(found: &BacktestView, still: bool) -> AnyView {
    let address = backtest_address(&found.id);
    let (href, label) = if still {
        (address.clone(), "Refresh by itself")
    } else {
        (format!("{address}?still=1"), "Stop refreshing")
    };
    view! {
        <section class="card">
            <p role="status">
                {format!("{} %: {} events read, {} would have made it fire.", found.percent, found.judged, found.matched)}
            </p>
            <progress class="try-progress" max="100" value=found.percent.to_string() aria-label="Progress"></progress>
            <form class="row-actions" method="post" action=address.clone()>
                <button type="submit" class="button" name="do" value="cancel">"Cancel"</button>
                <a class="button button--quiet" href=href>{label}</a>
            </form>
        </section>
    }
    .erase()
}

fn out(outcome: &BacktestOutcome) -> AnyView {
    let lines = outcome
        .lines
        .iter()
        .map(|line| view! { <li>{line.clone()}</li> }.erase())
        .collect_view();
    let advice = outcome
        .advice
        .clone()
        .map(|advice| view! { <p class="remark try-advice"><strong>{advice}</strong></p> }.erase());
    let samples = (!outcome.samples.is_empty()).then(|| {
        let messages = outcome
            .samples
            .iter()
            .map(|text| slack_message(text, None))
            .collect_view();
        view! {
            <section class="card">
                <h3 class="card__title">"It would have said"</h3>
                <div class="try-samples">{messages}</div>
            </section>
        }
        .erase()
    });
    view! {
        {advice}
        <div class="columns">
            <section class="card">
                <h3 class="card__title">"What would have happened"</h3>
                <ul class="plain-list">{lines}</ul>
                {per_day(&outcome.per_day)}
            </section>
            {samples}
        </div>
    }
    .erase()
}

fn per_day(days: &[(i64, u64)]) -> AnyView {
    let most = days.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = days
        .iter()
        .map(|(day, count)| {
            view! {
                <tr role="row">
                    <td role="cell" data-label="Day" class="nowrap">{Civil::of(*day).date()}</td>
                    <td role="cell" data-label="Would have fired" class="table__number">{count.to_string()}</td>
                    <td role="cell" class="try-bar" aria-hidden="true">
                        <meter min="0" max=most.to_string() value=count.to_string()></meter>
                    </td>
                </tr>
            }
            .erase()
        })
        .collect_view();
    view! {
        <table class="table table--compact" role="table" aria-label="By day, UTC">
            <thead role="rowgroup">
                <tr role="row">{column("Day")} {column("Would have fired")} <th role="columnheader" aria-hidden="true"></th></tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .erase()
}

/// Back to where the rule is changed, and once more.
fn ways(found: &BacktestView, place: &Place) -> AnyView {
    let address = match &found.rule {
        Some((rule, _)) => place.rule(rule),
        None => place.new_rule(),
    };
    match &found.draft {
        Some((draft, version)) => view! {
            <form class="row-actions try-ways" method="post" action=format!("{address}?step=2")>
                {carried(draft, found.rule.as_ref().map(|_| *version))}
                <button type="submit" class="button button--primary" name="do" value="edit">"Go on editing"</button>
                <button type="submit" class="button" name="do" value="try">"Try it again"</button>
            </form>
        }
        .erase(),
        None => {
            let edit = found.view.can_manage.then(|| {
                view! { <a class="button button--primary" href=address.clone() rel="external">"Edit this rule"</a> }.erase()
            });
            view! {
                <p class="row-actions try-ways">
                    {edit}
                    <a class="button" href=format!("{address}/backtest")>"Run another"</a>
                    <a class="button button--quiet" href=place.tracking() rel="external">"Back to the rules"</a>
                </p>
            }
            .erase()
        }
    }
}
