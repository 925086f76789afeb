//! Calls that were refused, and how a call looks in full.

use maud::{Markup, html};
use serde_json::Value;

use super::{PAGE, panel, when};
use crate::record::Call;
use crate::state::State;

/// The panel "Refused calls".
pub(super) fn panel(state: &State) -> Markup {
    let mut newest: Vec<&Call> = state
        .calls
        .iter()
        .rev()
        .filter(|c| c.is_refused())
        .take(PAGE)
        .collect();
    newest.reverse();
    let empty = newest.is_empty();
    html! {
        section.panel #refused data-title="Refused calls" aria-labelledby="t-refused" tabindex="-1" {
            (panel::head("refused", html! { "Refused calls" }, &summary(state), None))
            div.scroll role="log" tabindex="0" aria-label="Refused calls" {
                ol.messages data-messages="refused" { @for call in newest { (item(call)) } }
                @if empty {
                    div.empty {
                        h2 { "No call was refused" }
                        p { "Calls answered 429 and every " code { "ok:false" } " appear here with what was asked." }
                    }
                }
            }
            button.newer type="button" hidden { "New calls ↓" }
        }
    }
}

/// The counts in the panel's head.
pub(super) fn summary(state: &State) -> String {
    format!(
        "{} rate-limited (429) · {} refused for another reason",
        state.rate_limited, state.refused
    )
}

/// One refused call.
pub(super) fn item(call: &Call) -> Markup {
    let reply = call.reply.as_ref();
    let status = match reply {
        None => "held".to_owned(),
        Some(r) if r.status == 0 => "none".to_owned(),
        Some(r) => r.status.to_string(),
    };
    html! {
        li.message.call data-seq=(call.seq) data-channel-asked=[call.channel.as_deref()] data-error=[call.error()] {
            span.status.slow[call.is_rate_limited()] { (status) }
            div.body {
                p.by {
                    strong { (call.error().unwrap_or(if reply.is_none() { "no answer yet" } else { "no error code" })) }
                    (when::clock(call.at_ms, true))
                    @if let Some(seconds) = reply.and_then(|r| r.retry_after) {
                        span.flag { "Retry-After " (seconds) " s" }
                    }
                    @if call.injected { span.flag { "by a fault" } }
                }
                p.asked {
                    code { (call.method) }
                    @if let Some(channel) = &call.channel { " to " code { (channel) } }
                    " with "
                    @match call.token.as_deref() {
                        Some("…") => "a token too short to show",
                        Some(token) => code { (token) },
                        None => "no token",
                    }
                }
                details.raw data-request={ "/sandbox/view/requests/" (call.seq) } {
                    summary { "Raw request" }
                    p { a href={ "/sandbox/api/requests/" (call.seq) } { "Open as JSON" } }
                }
            }
        }
    }
}

/// Request and answer in full, tokens masked.
pub(super) fn raw(call: &Call) -> Markup {
    html! {
        div.exchange {
            pre tabindex="0" aria-label="Request" {
                b { (call.http_method) " /api/" (call.method) } "\n"
                @for (name, value) in &call.headers { (name) ": " (value) "\n" }
                "\n" (pretty(&call.body))
                @if call.body_cut { "\n… (cut here after 64 KiB)" }
            }
            @if let Some(reply) = &call.reply {
                pre tabindex="0" aria-label="Answer" {
                    b { (reply.status) }
                    @if let Some(seconds) = reply.retry_after { " Retry-After: " (seconds) }
                    "\n\n" (pretty(&reply.body))
                }
            } @else {
                p { "No answer was given yet." }
            }
        }
    }
}

fn pretty(body: &str) -> String {
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    parsed
        .and_then(|v| serde_json::to_string_pretty(&v).ok())
        .unwrap_or_else(|| body.to_owned())
}
