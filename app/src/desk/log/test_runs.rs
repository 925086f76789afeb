//! `/log/test-runs`: rules that were tried, newest first; `/log/test-runs/{id}` is one of them.

use axum::extract::{Request, State};
use axum::response::Response;
use leptos::prelude::*;

use super::tabs::{Tab, head};
use crate::desk::tryout::verdict;
use crate::desk::{Visit, moment};
use crate::http::Pages;
use crate::logic::query::{encode, with_query};
use crate::parts::badge::{Tone, badge};
use crate::parts::view::{Erase, nothing};
use crate::views::tryout::{RunList, RunSearch, RunView};

/// Where the list is.
pub(super) const LIST: &str = "/log/test-runs";

impl RunSearch {
    fn of(visit: &Visit) -> RunSearch {
        let text = |name: &str| visit.query(name).trim().to_owned();
        RunSearch {
            rule: text("rule"),
            who: text("who"),
            fires: text("fires"),
            from: text("from"),
            until: text("until"),
            before: text("before"),
        }
    }

    /// Every part with its name, but for the place in the list.
    fn pairs(&self) -> [(&'static str, &str); 5] {
        [
            ("rule", &self.rule),
            ("who", &self.who),
            ("fires", &self.fires),
            ("from", &self.from),
            ("until", &self.until),
        ]
    }

    fn narrows(&self) -> bool {
        self.pairs().iter().any(|(_, text)| !text.is_empty())
    }
}

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let search = RunSearch::of(&visit);
    match visit.backend.test_runs(&search).await {
        Ok(list) => visit.page("Test Runs", || page(&list, &search)).await,
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) async fn one(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let id = super::id_of(visit.path());
    match visit.backend.test_run(&id).await {
        Ok(run) => {
            let title = format!("Test Run of {}", rule_label(&run));
            visit.page(&title, || shown(&run, &title)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn rule_label(run: &RunView) -> String {
    match run.rule {
        Some((number, _)) => format!("rule {number}"),
        None => "a rule in its form".to_owned(),
    }
}

fn page(list: &RunList, search: &RunSearch) -> AnyView {
    let shown = if list.rows.is_empty() {
        empty(list, search)
    } else {
        table(list, search)
    };
    let unusable = (!list.unusable.is_empty()).then(|| {
        let items = list
            .unusable
            .iter()
            .map(|line| view! { <li>{line.clone()}</li> }.erase())
            .collect_view();
        view! { <div class="complaints" role="alert"><ul>{items}</ul></div> }.erase()
    });
    view! {
        {head(Tab::TestRuns, "Rules that were tried on an event, with what each filter made of it.")}
        {toolbar(list, search)}
        {unusable}
        {shown}
    }
    .erase()
}

fn toolbar(list: &RunList, search: &RunSearch) -> AnyView {
    let field = |label: &'static str, name: &'static str, kind: &'static str, value: &str| {
        view! {
            <label class="log-filter">
                {label}
                <input class="input" type=kind name=name value=value.to_owned() autocomplete="off"/>
            </label>
        }
        .erase()
    };
    let who = list
        .by_who
        .then(|| field("Tried by", "who", "search", &search.who));
    let option = |value: &'static str, label: &'static str| {
        view! { <option value=value selected=search.fires == value>{label}</option> }.erase()
    };
    let clear = search
        .narrows()
        .then(|| view! { <a class="button button--quiet" href=LIST>"Clear"</a> }.erase());
    view! {
        <form class="log-search" method="get" action=LIST role="search">
            <div class="log-more__fields">
                {field("Rule", "rule", "search", &search.rule)}
                {who}
                <label class="log-filter">
                    "Outcome"
                    <select class="select" name="fires">
                        {option("", "Any")} {option("yes", "Would fire")} {option("no", "Would not fire")}
                    </select>
                </label>
                {field("From", "from", "date", &search.from)}
                {field("To", "until", "date", &search.until)}
                <button type="submit" class="button">"Search"</button>
                {clear}
            </div>
        </form>
    }
    .erase()
}

fn table(list: &RunList, search: &RunSearch) -> AnyView {
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = list.rows.iter().map(line).collect_view();
    view! {
        <table class="table" role="table" aria-label="Test runs">
            <thead role="rowgroup">
                <tr role="row">
                    {column("Time")}
                    {column("Rule")}
                    {column("Tried by")}
                    {column("Event")}
                    {column("Outcome")}
                    {column("Sent")}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        {ways(list, search)}
    }
    .erase()
}

fn outcome(run: &RunView) -> AnyView {
    if run.fires {
        badge(Tone::Good, "Would fire")
    } else {
        badge(Tone::Idle, "Would not fire")
    }
}

fn line(run: &RunView) -> AnyView {
    let sub = |text: String| view! { <span class="table__sub">{text}</span> }.erase();
    let rule = match run.rule {
        Some((number, _)) => format!("Rule {number}"),
        None => "A rule in its form".to_owned(),
    };
    let sent = match &run.sent {
        None => "–".erase(),
        Some((true, ..)) => badge(Tone::Good, "Sent"),
        Some((false, ..)) => badge(Tone::Warn, "Refused"),
    };
    let href = format!("{LIST}/{}", encode(&run.id));
    view! {
        <tr role="row">
            <td role="cell" data-label="Time" class="nowrap"><a class="table__name" href=href>{moment(run.at)}</a></td>
            <td role="cell" data-label="Rule" class="table__wide">
                <span>{rule}</span>
                {(!run.rule_name.is_empty()).then(|| sub(run.rule_name.clone()))}
                {sub(run.place.clone())}
            </td>
            <td role="cell" data-label="Tried by">{run.who.clone()}</td>
            <td role="cell" data-label="Event" class="table__wide">{run.trigger.label()} {sub(run.source.to_owned())}</td>
            <td role="cell" data-label="Outcome">{outcome(run)}</td>
            <td role="cell" data-label="Sent">{sent}</td>
        </tr>
    }
    .erase()
}

/// The way to older ones, and back.
fn ways(list: &RunList, search: &RunSearch) -> AnyView {
    let newest = (!search.before.is_empty()).then(|| {
        let to = with_query(LIST, &search.pairs());
        view! { <a class="button button--quiet button--small" href=to>"Newest"</a> }.erase()
    });
    let older = list.next.as_deref().map(|next| {
        let mut pairs = search.pairs().to_vec();
        pairs.push(("before", next));
        view! { <a class="button button--quiet button--small" href=with_query(LIST, &pairs)>"Older"</a> }
            .erase()
    });
    let shown = match list.rows.len() {
        1 => "1 test run".to_owned(),
        many => format!("{many} test runs"),
    };
    view! {
        <nav class="pager" aria-label="Pages of this list">
            <span class="pager__count">{shown}</span>
            <span class="pager__links">{newest} {older}</span>
        </nav>
    }
    .erase()
}

fn empty(list: &RunList, search: &RunSearch) -> AnyView {
    if search.narrows() || !search.before.is_empty() || !list.unusable.is_empty() {
        return super::parts::nothing_found("test run", LIST);
    }
    view! {
        <section class="empty">
            <p class="empty__title">"No rule was tried yet"</p>
            <p>"Open ⋯ → Test Run in the row of a rule, or Test Run in its form: what comes of it is kept here."</p>
        </section>
    }
    .erase()
}

fn shown(run: &RunView, title: &str) -> AnyView {
    let fact = |name: &'static str, value: AnyView| {
        view! { <div class="facts__fact"><dt>{name}</dt><dd>{value}</dd></div> }.erase()
    };
    let rule = match (run.rule, run.rule_href.clone()) {
        (Some((number, version)), Some(href)) => view! {
            <a href=href rel="external">{format!("Rule {number}")}</a>
            <span class="table__sub">{format!("Version {version}")}</span>
        }
        .erase(),
        (Some((number, version)), None) => format!("Rule {number}, version {version}").erase(),
        (None, _) => "Not saved like this: it was tried in its form".erase(),
    };
    let typed = if run.typed.is_empty() {
        nothing()
    } else {
        fact("Values typed", run.typed.join(", ").erase())
    };
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href=LIST>"Test Runs"</a></nav>
            <div class="head__line">
                <h1 class="head__title">{title.to_owned()}</h1>
                <span class="head__facts">{outcome(run)}</span>
            </div>
        </header>
        {verdict(run, false)}
        <section class="card">
            <h2 class="card__title">"Facts"</h2>
            <dl class="facts">
                {fact("Tried", view! { {moment(run.at)} " by " {run.who.clone()} }.erase())}
                {fact("Rule", rule)}
                {(!run.rule_name.is_empty()).then(|| fact("Name", run.rule_name.clone().erase()))}
                {fact("Lives on", run.place.clone().erase())}
                {fact("Trigger", run.trigger.label().erase())}
                {fact("Event", view! { {run.source} " " <span class="table__sub">{run.event.clone()}</span> }.erase())}
                {typed}
                {fact("Would go to", run.destination.clone().erase())}
            </dl>
        </section>
    }
    .erase()
}
