//! REST: `GET /meta`, the business's matrices as data, so that no form has to guess. `GET /openapi.json`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use leadbell_domain::{
    FORMATTERS, FilterKey, Level, Method, Policy, PriceOp, Role, Trigger, Verb, filter_label, form_fields,
    placeholders, reach,
};
use serde_json::{Value, json};

use super::api_key::{ApiScope, authenticate};
use super::openapi;
use super::problem::Problem;
use crate::state::AppState;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/meta", get(meta))
        .route("/openapi.json", get(async || Json(openapi::document())))
}

async fn meta(State(state): State<AppState>, headers: HeaderMap) -> Result<Json<Value>, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Read).await?;
    Ok(Json(matrices(caller.policy)))
}

fn matrices(policy: Policy) -> Value {
    let triggers: Vec<Value> = Trigger::ALL.map(|each| trigger(each, policy)).into();
    let roles: Vec<Value> = Role::ALL
        .into_iter()
        .map(|role| {
            let levels: serde_json::Map<String, Value> = Level::ALL
                .into_iter()
                .map(|level| {
                    let reaches = |verb| format!("{:?}", reach(role, policy, level, verb));
                    (
                        level.key().to_owned(),
                        json!({"view": reaches(Verb::View), "manage": reaches(Verb::Manage)}),
                    )
                })
                .collect();
            json!({"key": role.key(), "label": role.label(), "levels": levels})
        })
        .collect();
    json!({
        "triggers": triggers,
        "roles": roles,
        "filters": FilterKey::ALL.map(|filter| json!({"key": filter.key(), "label": filter_label(filter)})),
        "methods": Method::ALL.map(Method::key),
        "formatters": FORMATTERS.map(|(written, help)| json!({"written": written, "help": help})),
        "price_operators": PriceOp::ALL.map(|op| json!({
            "key": op.key(), "label": op.label(), "takes_value": op.takes_value(), "takes_range": op.takes_range(),
        })),
    })
}

fn trigger(trigger: Trigger, policy: Policy) -> Value {
    let levels: serde_json::Map<String, Value> = trigger
        .levels()
        .iter()
        .map(|level| {
            let forms: serde_json::Map<String, Value> = Role::ALL
                .into_iter()
                .map(|role| {
                    let fields = form_fields(role, policy, *level, trigger);
                    (role.key().to_owned(), json!(fields))
                })
                .collect();
            let names: Vec<&str> = placeholders(trigger, *level)
                .map(|placeholder| placeholder.name)
                .collect();
            let level_meta = json!({
                "price": trigger.price_meaning(*level), "forms": forms, "placeholders": names,
            });
            (level.key().to_owned(), level_meta)
        })
        .collect();
    json!({
        "key": trigger.key(), "label": trigger.label(), "name": trigger.name(), "platform": trigger.platform(),
        "help": trigger.help(), "levels": levels,
    })
}
