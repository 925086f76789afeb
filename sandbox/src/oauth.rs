//! "Add to Slack": the page where somebody allows the app, the exchange of what it gives for a token, and tokens that
//! are exchanged for others.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State as AxumState};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, html};
use serde_json::{Value, json};

use crate::api::args::Args;
use crate::api::reply::{Outcome, Reply};
use crate::demo;
use crate::model::{Token, TokenKind, TokenState};
use crate::state::{Event, Shared, State};

/// How long a rotating token lives, seconds.
const LIFE_S: i64 = 43_200;

/// What was handed out.
#[derive(Default)]
pub(crate) struct OAuth {
    /// Whether tokens given from now on are exchanged for others after twelve hours.
    pub rotates: bool,
    /// Codes not used yet: scopes and the address they were given to.
    codes: HashMap<String, (String, String)>,
    used: HashSet<String>,
    /// What the next token is fetched with, and the token it follows.
    refresh: HashMap<String, String>,
    count: u32,
}

impl OAuth {
    fn next(&mut self) -> u32 {
        self.count += 1;
        self.count
    }
}

/// The page.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/oauth/v2/authorize", get(authorize))
        .with_state(shared)
}

async fn authorize(AxumState(shared): AxumState<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let value = |name: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let (client, back) = (value("client_id"), value("redirect_uri"));
    if client != demo::CLIENT_ID {
        return page(
            StatusCode::BAD_REQUEST,
            &html! { h1 { "Invalid client_id parameter" } },
        );
    }
    if !back.starts_with("http://") && !back.starts_with("https://") {
        let said = html! { h1 { "redirect_uri did not match any configured URIs." } };
        return page(StatusCode::BAD_REQUEST, &said);
    }
    let mut state = shared.lock();
    let code = format!("sandbox-code-{}", state.oauth.next());
    let scopes = value("scope");
    state
        .oauth
        .codes
        .insert(code.clone(), (scopes.clone(), back.clone()));
    let way = |pairs: &[(&str, &str)]| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs).append_pair("state", &value("state"));
        format!("{back}?{}", query.finish())
    };
    let team = state
        .workspace
        .teams
        .values()
        .next()
        .map_or("", |team| team.name.as_str());
    page(
        StatusCode::OK,
        &html! {
            h1 { "Leadbell wants to access the workspace " (team) }
            p { "It asks for: " (scopes.replace(',', ", ")) "." }
            p { a href=(way(&[("code", &code)])) { "Allow" } }
            p { a href=(way(&[("error", "access_denied")])) { "Cancel" } }
        },
    )
}

fn page(status: StatusCode, body: &Markup) -> Response {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Add to Slack · Slack sandbox" }
                link rel="stylesheet" href="/sandbox/assets/page.css";
            }
            body { main { (body) } }
        }
    };
    let policy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, document.into_string()).into_response()
}

/// `oauth.v2.access`: a code, or what a token is refreshed with, for a token.
pub(crate) fn access(shared: &Shared, state: &mut State, basic: Option<&str>, args: &Args) -> Outcome {
    let (client, secret) = match basic.and_then(|pair| pair.split_once(':')) {
        Some((client, secret)) => (client.to_owned(), secret.to_owned()),
        None => (args.required("client_id")?, args.required("client_secret")?),
    };
    if client != demo::CLIENT_ID {
        return Err(Reply::error("invalid_client_id"));
    }
    if secret != demo::CLIENT_SECRET {
        return Err(Reply::error("bad_client_secret"));
    }
    match args.text("grant_type")?.as_deref() {
        Some("refresh_token") => {
            let given = args.required("refresh_token")?;
            // Used once, and never again.
            let old = state.oauth.refresh.remove(&given);
            let old = old.ok_or_else(|| Reply::error("invalid_refresh_token"))?;
            let scopes = state
                .workspace
                .tokens
                .get(&old)
                .map(|token| token.scopes.join(","));
            Ok(grant(shared, state, &scopes.unwrap_or_default(), true))
        }
        None | Some("authorization_code") => {
            let code = args.required("code")?;
            if state.oauth.used.contains(&code) {
                return Err(Reply::error("code_already_used"));
            }
            let found = state.oauth.codes.remove(&code);
            let (scopes, back) = found.ok_or_else(|| Reply::error("invalid_code"))?;
            state.oauth.used.insert(code);
            if args.text("redirect_uri")?.is_some_and(|given| given != back) {
                return Err(Reply::error("bad_redirect_uri"));
            }
            let rotates = state.oauth.rotates;
            Ok(grant(shared, state, &scopes, rotates))
        }
        Some(_) => Err(Reply::error("invalid_grant_type")),
    }
}

fn grant(shared: &Shared, state: &mut State, scopes: &str, rotates: bool) -> Reply {
    let number = state.oauth.next();
    let like = state
        .workspace
        .tokens
        .values()
        .find(|token| token.kind == TokenKind::Bot && token.state == TokenState::Active)
        .cloned();
    let scopes: Vec<&str> = scopes.split(',').filter(|scope| !scope.is_empty()).collect();
    let value = if rotates {
        format!("xoxe.xoxb-sandbox-granted-token-{number:04}")
    } else {
        format!("xoxb-sandbox-granted-token-{number:04}")
    };
    let mut token = Token::bot(&value, demo::TEAM, demo::BOT_USER, &scopes);
    if let Some(like) = like {
        token = Token {
            team: like.team,
            user: like.user,
            ..token
        };
    }
    let team = state
        .workspace
        .teams
        .get(&token.team)
        .map(|team| team.name.clone());
    let mut body = json!({
        "access_token": value,
        "token_type": "bot",
        "scope": token.scopes.join(","),
        "bot_user_id": token.user,
        "app_id": token.app_id,
        "team": {"id": token.team, "name": team},
        "enterprise": null,
        "is_enterprise_install": false,
        "authed_user": {"id": demo::ANN_KIM},
    });
    if rotates {
        let refresh = format!("xoxe-1-sandbox-refresh-{number:04}");
        body["refresh_token"] = Value::from(refresh.as_str());
        body["expires_in"] = Value::from(LIFE_S);
        state.oauth.refresh.insert(refresh, value);
    }
    state.workspace.add_token(token);
    shared.announce(state, Event::Workspace);
    Reply::ok(body)
}
