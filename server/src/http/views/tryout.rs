//! Trying rules as its pages show it.

use leadbell_app::error::AppError;
use leadbell_app::views::tryout::{
    BacktestOutcome, BacktestRow, BacktestView, PastEvent, RunList, RunSearch, RunView, TryPage,
};
use leadbell_domain::{
    FieldErrors, Role, Rule, StoredRule, TestRunId, Timestamp, Viewer, may_try_real_events, parse_rfc3339,
    values_asked,
};
use leadbell_store::{Backtest, BacktestStatus, StoredEvent, TestRun, TestRunQuery, TestSource};

use super::deliveries::rule_href;
use super::{destination, entity};
use crate::access::rule_scopes;
use crate::actor::Caller;
use crate::backtest;
use crate::http::backend::{PAGE, rule_error, store_error};
use crate::rule_words::Makers;
use crate::sentences::sentences;
use crate::state::AppState;
use crate::test_run::{events_of, is_readable, may_send, told_to};

/// Events to choose from.
const EVENTS: i64 = 10;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// The page on which a rule is tried.
pub async fn page(
    state: &AppState,
    caller: &Caller,
    rule: &Rule,
    stored: Option<&StoredRule>,
) -> Result<TryPage, AppError> {
    let real_events = may_try_real_events(caller.role);
    let events = if real_events {
        let of = events_of(rule, i64::MIN, i64::MAX);
        state.store.last_events(&of, EVENTS).await.map_err(store_error)?
    } else {
        Vec::new()
    };
    let as_it_would_be = StoredRule {
        rule: rule.clone(),
        ..stored.cloned().unwrap_or_else(|| unsaved(rule))
    };
    let said = sentences(&*state.store, caller, std::iter::once(&as_it_would_be))
        .await
        .map_err(store_error)?;
    let backtests = match stored {
        Some(stored) => backtest::of_rule(state, caller, &stored.id)
            .await
            .map_err(rule_error)?,
        None => Vec::new(),
    };
    let of_stored = stored.map(|stored| (&stored.id, stored.number, stored.version));
    Ok(TryPage {
        view: entity(state, caller, rule.level, &rule.entity).await?,
        rule: stored.map(|stored| (stored.id.clone(), stored.number)),
        name: rule.name.clone(),
        trigger: rule.trigger,
        sentence: said.into_iter().next().unwrap_or_default(),
        destination: destination(&rule.action.target),
        values: values_asked(rule),
        events: events.iter().map(past_event).collect(),
        real_events,
        may_send: may_send(state, caller, rule.level, &rule.entity, of_stored)
            .await
            .map_err(store_error)?,
        backtests: backtests.iter().map(row).collect(),
    })
}

/// A rule that has no row yet, for whoever wants one.
fn unsaved(rule: &Rule) -> StoredRule {
    StoredRule {
        id: crate::ids::Fresh::fresh(),
        number: 0,
        version: 0,
        rule: rule.clone(),
        created_at: 0,
        updated_at: 0,
        author: None,
    }
}

fn past_event(stored: &StoredEvent) -> PastEvent {
    // As the sender wrote it: a number or a text.
    let body: serde_json::Value = serde_json::from_str(&stored.body).unwrap_or_default();
    let lead = match &body["lead"]["id"] {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => stored.event_id.to_string(),
        other => other.to_string(),
    };
    PastEvent {
        id: stored.event_id.clone(),
        at: stored.received_at,
        lead,
    }
}

/// A run that was just made or read.
pub async fn run(state: &AppState, caller: &Caller, run: TestRun) -> Result<RunView, AppError> {
    let makers = Makers::load(&*state.store, caller, std::iter::once(&run.actor))
        .await
        .map_err(store_error)?;
    Ok(view(caller, &makers, run))
}

/// One of those that were kept.
pub async fn one_run(state: &AppState, caller: &Caller, id: &TestRunId) -> Result<RunView, AppError> {
    let query = TestRunQuery {
        scopes: rule_scopes(caller),
        id: Some(id.clone()),
        limit: 1,
        ..TestRunQuery::default()
    };
    let found = state.store.test_runs(&query).await.map_err(store_error)?;
    let found = found.into_iter().next().ok_or(AppError::NotFound)?;
    run(state, caller, found).await
}

fn view(viewer: &Viewer, makers: &Makers, run: TestRun) -> RunView {
    let readable = is_readable(viewer, &run);
    let run = told_to(viewer, run);
    RunView {
        id: run.id.to_string(),
        at: run.made_at,
        who: makers.say(&run.actor),
        rule: run.rule.as_ref().map(|(_, number, version)| (*number, *version)),
        rule_href: run
            .rule
            .as_ref()
            .map(|(_, number, _)| rule_href(viewer, run.level, &run.entity, *number)),
        rule_name: run.rule_name,
        place: format!("{} {}", run.level.label(), run.entity),
        trigger: run.trigger,
        source: match run.source {
            TestSource::Sample => "a sample",
            TestSource::Event => "an event that had happened",
            TestSource::Pasted => "a pasted event",
        },
        event: run.event_id.to_string(),
        typed: run.typed,
        fires: run.fires,
        filters: run.verdict.filters,
        obstacles: run.verdict.obstacles,
        blocks: run.blocks.filter(|_| readable),
        text: readable.then_some(run.text),
        destination: destination(&run.target),
        sent: run.sent.map(|sent| (sent.ok, sent.said, sent.note)),
    }
}

/// A page of runs.
pub async fn runs(state: &AppState, caller: &Caller, search: &RunSearch) -> Result<RunList, AppError> {
    let mut list = RunList {
        rows: Vec::new(),
        next: None,
        // A publisher learns no names of staff, not by looking for them either.
        by_who: caller.role != Role::Publisher,
        unusable: Vec::new(),
    };
    let before = given(&search.before)
        .map(TestRunId::new)
        .transpose()
        .map_err(|_| AppError::NotFound)?;
    let query = match read(search) {
        Ok(query) => TestRunQuery {
            scopes: rule_scopes(caller),
            who: if list.by_who { query.who } else { String::new() },
            before,
            limit: PAGE + 1,
            ..query
        },
        Err(errors) => {
            list.unusable = errors.0.into_iter().map(|error| error.message).collect();
            return Ok(list);
        }
    };
    let mut found = state.store.test_runs(&query).await.map_err(store_error)?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    if found.len() > page {
        found.truncate(page);
        list.next = found.last().map(|last| last.id.to_string());
    }
    let makers = Makers::load(&*state.store, caller, found.iter().map(|run| &run.actor))
        .await
        .map_err(store_error)?;
    list.rows = found.into_iter().map(|run| view(caller, &makers, run)).collect();
    Ok(list)
}

fn given(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty()).then_some(text)
}

fn read(search: &RunSearch) -> Result<TestRunQuery, FieldErrors> {
    let mut errors = FieldErrors::new();
    let rule_number = given(&search.rule).and_then(|text| {
        let number = text.trim_start_matches('#').trim().parse::<i64>();
        errors.keep(
            "rule",
            number.map_err(|_| "Enter the rule's number, such as 412."),
        )
    });
    let fires = match search.fires.as_str() {
        "" => None,
        "yes" => Some(true),
        "no" => Some(false),
        _ => {
            errors.add("fires", "There is no such outcome.");
            None
        }
    };
    let from = given(&search.from).and_then(|text| day(&mut errors, "from", text));
    let until = given(&search.until)
        .and_then(|text| day(&mut errors, "until", text))
        .map(|at| at + DAY_MS);
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(TestRunQuery {
        rule_number,
        who: search.who.clone(),
        fires,
        from,
        until,
        ..TestRunQuery::default()
    })
}

/// The beginning of a day in UTC.
fn day(errors: &mut FieldErrors, field: &str, text: &str) -> Option<Timestamp> {
    errors.keep(
        field,
        parse_rfc3339(&format!("{text}T00:00:00Z")).ok_or("Enter a day, such as 2026-11-23."),
    )
}

fn status(status: BacktestStatus) -> &'static str {
    match status {
        BacktestStatus::Running => "Running",
        BacktestStatus::Done => "Done",
        BacktestStatus::Cancelled => "It was cancelled.",
        BacktestStatus::Failed => "It was cut short; run it again.",
    }
}

fn row(backtest: &Backtest) -> BacktestRow {
    BacktestRow {
        id: backtest.id.to_string(),
        at: backtest.created_at,
        days: backtest.days,
        status: status(backtest.status),
        matched: backtest.result.as_ref().map(|result| result.forecast.matched),
    }
}

/// One backtest.
pub async fn backtest(state: &AppState, caller: &Caller, found: Backtest) -> Result<BacktestView, AppError> {
    let rule = &found.rule;
    let whole = (found.until - found.from).max(1);
    let options = rule.action.sending.clone();
    let view = entity(state, caller, rule.level, &rule.entity).await?;
    Ok(BacktestView {
        view,
        id: found.id.to_string(),
        rule: found.rule_id.map(|id| (id, found.rule_number)),
        draft: found.draft.map(|draft| (draft, found.rule_version)),
        days: found.days,
        at: found.created_at,
        running: found.status == BacktestStatus::Running,
        status: status(found.status),
        percent: ((found.reached - found.from) * 100 / whole).clamp(0, 100),
        judged: found.judged,
        matched: found.matched,
        outcome: found.result.map(|result| BacktestOutcome {
            lines: result.forecast.lines(found.days),
            advice: result.forecast.advice(found.days, &options),
            per_day: result.forecast.per_day,
            samples: result.samples,
        }),
    })
}
