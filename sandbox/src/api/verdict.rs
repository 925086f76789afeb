//! Puts what a fault decided in the place of Slack's own answer.

use serde_json::{Map, Value};

use super::auth;
use super::received::Received;
use super::reply::Reply;
use super::wire::{Wire, Work};
use crate::faults::What;
use crate::state::State;

/// What a proxy says when the server behind it does not answer as it should.
const ERROR_PAGE: &str = "<html><body>upstream error</body></html>";
/// What a proxy says while it is being worked on.
const WRONG_PAGE: &str =
    "<!DOCTYPE html><html><head><title>Slack</title></head><body>We are looking into it.</body></html>";

/// The answer of a fault. `work` is what the call came to, or nothing yet.
pub(super) fn answer(what: What, mut work: Work, state: &State, received: &Received) -> Wire {
    match what {
        What::RateLimited { retry_after_s } => {
            let posts = received.method == "chat.postMessage";
            let code = if posts { "rate_limited" } else { "ratelimited" };
            work.reply = Reply::rate_limited(code, retry_after_s.unwrap_or_default());
            if retry_after_s.is_none() {
                work.reply.retry_after = None;
                work.reply.body.remove("retry_after");
            }
            refusal(work, state, received)
        }
        What::Error { code, fields } => {
            work.reply = Reply::error(&code);
            work.reply.body.extend(fields);
            refusal(work, state, received)
        }
        What::MissingScope { needed } => missing_scope(needed, work, state, received),
        What::HttpError { status } => page(status, ERROR_PAGE),
        What::Html => page(200, WRONG_PAGE),
        What::Reply {
            status,
            headers,
            body,
        } => Wire::ordered(status, headers, body),
        What::CutOff => {
            if work.is_none() {
                work.reply = Reply::ok(Value::Object(Map::new()));
            }
            work.into_wire().cut_off()
        }
        What::Reset => work.into_wire().reset(),
        // Held: its own answer if it did its work, else 503. The others never make an answer.
        What::Hang | What::Slow { .. } | What::ClientMsgId { .. } => work.into_wire(),
    }
}

/// Slack names the scopes of a token it knows with every answer in JSON.
fn refusal(mut work: Work, state: &State, received: &Received) -> Wire {
    if work.scopes.is_none() {
        work.scopes = auth::find(&state.workspace, received.token.as_deref())
            .ok()
            .map(|token| {
                let accepted = auth::accepted_scopes(&received.method, token.kind);
                (token.scopes.join(","), accepted.join(","))
            });
    }
    work.into_wire()
}

/// As if the token had not been granted the scope.
fn missing_scope(needed: Option<String>, mut work: Work, state: &State, received: &Received) -> Wire {
    let Ok(token) = auth::find(&state.workspace, received.token.as_deref()) else {
        work.reply = Reply::missing_scope(needed.as_deref().unwrap_or("chat:write"), &[]);
        return work.into_wire();
    };
    let accepted = auth::accepted_scopes(&received.method, token.kind);
    let demanded = || accepted.first().map_or("chat:write", |s| *s).to_owned();
    let needed = needed.unwrap_or_else(demanded);
    let provided: Vec<String> = token.scopes.into_iter().filter(|s| *s != needed).collect();
    work.reply = Reply::missing_scope(&needed, &provided);
    work.scopes = Some((provided.join(","), accepted.join(",")));
    work.into_wire()
}

fn page(status: u16, html: &str) -> Wire {
    let kind = ("content-type".to_owned(), "text/html; charset=utf-8".to_owned());
    Wire::ordered(status, vec![kind], html.to_owned())
}
