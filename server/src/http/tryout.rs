//! REST: trying rules on one event and on the events of the last days.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use leadbell_domain::{
    BacktestId, EventId, FieldErrors, RuleId, StoredRule, TestRunId, Verb, format_rfc3339, parse_event,
    parse_rfc3339,
};
use leadbell_store::{Backtest, TestRun, TestRunQuery};
use serde_json::{Map, Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::{Id, Params, parse_json, read_body, says_json};
use super::rules::permitted;
use crate::access::rule_scopes;
use crate::actor::Caller;
use crate::backtest::{self, StartError};
use crate::state::AppState;
use crate::test_run::{self, Tried, Values, Wish};

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/rules/{id}/test", post(try_out))
        .route("/test-runs", get(list))
        .route("/rules/{id}/backtest", post(start))
        .route("/backtests/{id}", get(show).delete(cancel))
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Rule(error) => error.into(),
            StartError::Busy => Problem::new(StatusCode::TOO_MANY_REQUESTS, backtest::BUSY).retry_after(10),
        }
    }
}

fn tried(stored: &StoredRule) -> Tried<'_> {
    Tried {
        rule: &stored.rule,
        stored: Some((&stored.id, stored.number, stored.version)),
    }
}

/// A JSON object, or nothing at all. Names that mean nothing are complained about.
async fn object(
    headers: &HeaderMap,
    body: Body,
    known: &[&str],
    errors: &mut FieldErrors,
) -> Result<Value, Problem> {
    let body = read_body(headers, body).await?;
    let json = if body.is_empty() {
        json!({})
    } else {
        says_json(headers)?;
        parse_json(&body)?
    };
    for name in json.as_object().into_iter().flat_map(Map::keys) {
        if !known.contains(&name.as_str()) {
            errors.add(
                name,
                format!("There is no such field; there are {}.", known.join(", ")),
            );
        }
    }
    if !json.is_object() {
        errors.add(
            "",
            format!("Expected an object with {}, all optional.", known.join(", ")),
        );
    }
    Ok(json)
}

/// Tries a rule on an event, or on a sample of its trigger.
async fn try_out(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(id): Id,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Rules).await?;
    let rule = permitted(&state, &caller, &id, Verb::View).await?;
    let mut errors = FieldErrors::new();
    let json = object(
        &headers,
        body,
        &["event", "event_id", "values", "send"],
        &mut errors,
    )
    .await?;
    let send = match json.get("send") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(send)) => *send,
        Some(_) => {
            errors.add("send", "Expected true or false.");
            false
        }
    };
    let wish = Wish {
        values: values(&json, state.clock.now_ms(), &mut errors),
        typed: typed(&json, &mut errors),
        send,
    };
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let run = test_run::run(&state, &caller, &tried(&rule), wish).await?;
    let sent = run
        .sent
        .as_ref()
        .map(|sent| json!({"ok": sent.ok, "said": sent.said, "note": sent.note}));
    Ok(Json(json!({
        "run_id": run.id,
        "fires": run.fires,
        "filters": run.verdict.filters,
        "obstacles": run.verdict.obstacles,
        "text": run.text,
        "blocks": run.blocks,
        "length": run.text.chars().count(),
        "event_id": run.event_id,
        "sent": sent,
    })))
}

fn values(json: &Value, now: i64, errors: &mut FieldErrors) -> Values {
    let given = |name: &str| json.get(name).filter(|value| !value.is_null());
    match (given("event"), given("event_id")) {
        (None, None) => Values::Sample,
        (Some(_), Some(_)) => {
            errors.add("event_id", "Give an event or the id of one, not both.");
            Values::Sample
        }
        (Some(event), None) => match parse_event(event, now) {
            Ok(event) => Values::Written(Box::new(event)),
            Err(wrong) => {
                for error in wrong.0 {
                    errors.add(format!("event.{}", error.field), error.message);
                }
                Values::Sample
            }
        },
        (None, Some(id)) => {
            let id = id.as_str().ok_or("Expected the id as text.".to_owned());
            let id = id.and_then(|id| EventId::new(id).map_err(|error| error.to_string()));
            errors
                .keep("event_id", id)
                .map_or(Values::Sample, Values::Happened)
        }
    }
}

fn typed(json: &Value, errors: &mut FieldErrors) -> BTreeMap<String, String> {
    let mut typed = BTreeMap::new();
    match json.get("values") {
        None | Some(Value::Null) => {}
        Some(Value::Object(values)) => {
            for (name, value) in values {
                match value.as_str() {
                    Some(text) => drop(typed.insert(name.clone(), text.to_owned())),
                    None => errors.add(format!("values.{name}"), "Expected text."),
                }
            }
        }
        Some(_) => errors.add("values", "Expected an object of placeholders and their values."),
    }
    typed
}

/// A kept run.
fn view(run: &TestRun) -> Value {
    let rule = run.rule.as_ref();
    let sent = run
        .sent
        .as_ref()
        .map(|sent| json!({"ok": sent.ok, "said": sent.said, "note": sent.note}));
    json!({
        "id": run.id,
        "made_at": format_rfc3339(run.made_at),
        "by": run.actor.name(),
        "rule_id": rule.map(|(id, _, _)| id),
        "rule_number": rule.map(|(_, number, _)| number),
        "rule_version": rule.map(|(_, _, version)| version),
        "level": run.level,
        "entity_id": run.entity,
        "trigger": run.trigger,
        "source": run.source,
        "event_id": run.event_id,
        "typed": run.typed,
        "target": run.target,
        "fires": run.fires,
        "filters": run.verdict.filters,
        "obstacles": run.verdict.obstacles,
        "text": run.text,
        "blocks": run.blocks,
        "sent": sent,
    })
}

async fn list(
    State(state): State<AppState>,
    headers: HeaderMap,
    params: Params,
) -> Result<Json<Value>, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Read).await?;
    let mut errors = FieldErrors::new();
    let rule = params
        .text("rule", &mut errors)
        .and_then(|id| errors.keep("rule", RuleId::new(id)));
    let fires = params
        .text("fires", &mut errors)
        .and_then(|text| errors.keep("fires", text.parse().map_err(|_| "It is true or false.")));
    let mut time = |name: &str| {
        let text = params.text(name, &mut errors)?;
        errors.keep(
            name,
            parse_rfc3339(text).ok_or("Write a time such as 2026-11-23T20:15:03Z."),
        )
    };
    let (from, until) = (time("from"), time("until"));
    let before = params
        .text("cursor", &mut errors)
        .and_then(|id| errors.keep("cursor", TestRunId::new(id)));
    let limit = params.limit(&mut errors);
    let who = params.text("who", &mut errors).unwrap_or_default().to_owned();
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let query = TestRunQuery {
        scopes: rule_scopes(&caller),
        rule,
        who,
        fires,
        from,
        until,
        before,
        limit,
        ..TestRunQuery::default()
    };
    let rows = state.store.test_runs(&query).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == limit);
    let cursor = rows.last().filter(|_| full).map(|last| last.id.clone());
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|run| view(&test_run::told_to(&caller, run)))
        .collect();
    Ok(Json(json!({"test_runs": rows, "next_cursor": cursor})))
}

fn backtest_view(backtest: &Backtest) -> Value {
    let result = backtest.result.as_ref().map(|result| {
        let forecast = &result.forecast;
        let flow = &forecast.flow;
        let per_day: Vec<Value> = forecast
            .per_day
            .iter()
            .map(|(day, count)| json!({"day": format_rfc3339(*day), "matched": count}))
            .collect();
        json!({
            "judged": forecast.judged,
            "matched": forecast.matched,
            "per_day": per_day,
            "worst_minute": forecast.worst.map(|(at, count)| json!({"at": format_rfc3339(at), "matched": count})),
            "posted": flow.posted,
            "summaries": flow.summaries,
            "merged": flow.merged,
            "dropped": flow.dropped,
            "lag_ms": flow.lag_ms,
            "lag_at": flow.lag_at.map(format_rfc3339),
            "samples": result.samples,
            "summary": forecast.lines(backtest.days).join(" "),
            "advice": forecast.advice(backtest.days, &backtest.rule.action.sending),
        })
    });
    json!({
        "id": backtest.id,
        "status": backtest.status,
        "rule_id": backtest.rule_id,
        "rule_version": backtest.rule_version,
        "days": backtest.days,
        "from": format_rfc3339(backtest.from),
        "until": format_rfc3339(backtest.until),
        "reached": format_rfc3339(backtest.reached),
        "judged": backtest.judged,
        "matched": backtest.matched,
        "created_at": format_rfc3339(backtest.created_at),
        "result": result,
    })
}

async fn start(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(id): Id,
    body: Body,
) -> Result<Response, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Rules).await?;
    let rule = permitted(&state, &caller, &id, Verb::View).await?;
    let mut errors = FieldErrors::new();
    let json = object(&headers, body, &["days"], &mut errors).await?;
    let days = match json.get("days") {
        None | Some(Value::Null) => Some(7),
        Some(days) => days.as_u64().and_then(|days| u32::try_from(days).ok()),
    };
    if days.is_none_or(|days| !backtest::DAYS.contains(&days)) {
        errors.add("days", "It is 1, 7 or 30.");
    }
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let started = backtest::start(&state, &caller, &tried(&rule), None, days.unwrap_or(7)).await?;
    let mut response = (StatusCode::ACCEPTED, Json(backtest_view(&started))).into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/backtests/{}", started.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn backtest_id(text: &str) -> Result<BacktestId, Problem> {
    BacktestId::new(text).map_err(|_| Problem::new(StatusCode::NOT_FOUND, "There is nothing of this id."))
}

async fn found(state: &AppState, caller: &Caller, id: &str) -> Result<Backtest, Problem> {
    Ok(backtest::find(state, caller, &backtest_id(id)?).await?)
}

async fn show(State(state): State<AppState>, headers: HeaderMap, Id(id): Id) -> Result<Json<Value>, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Read).await?;
    Ok(Json(backtest_view(&found(&state, &caller, &id).await?)))
}

async fn cancel(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Rules).await?;
    let id = backtest_id(&id)?;
    let ended = backtest::cancel(&state, &caller, &id).await?;
    Ok(Json(backtest_view(&ended)))
}
