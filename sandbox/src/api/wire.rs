//! Turns an answer into HTTP: status, Slack's headers, body.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use futures::{StreamExt, stream};
use serde_json::Value;

use super::reply::Reply;
use crate::breaker::Breaker;
use crate::record::ReplyRecord;

/// What a method came to.
pub(crate) struct Work {
    pub reply: Reply,
    /// Scopes the token has, and scopes the method accepts; none if the caller is unknown.
    pub scopes: Option<(String, String)>,
    /// The message posted or edited.
    pub ts: Option<String>,
    seq: u64,
    done: bool,
}

impl Work {
    /// Nothing done yet. What a call held back before its work gets when it is let go.
    pub fn none(seq: u64) -> Self {
        let mut reply = Reply::error("service_unavailable");
        reply.status = 503;
        Self {
            reply,
            scopes: None,
            ts: None,
            seq,
            done: false,
        }
    }

    /// The work of a method that was called; its reply, scopes and `ts` are set as they become known.
    pub fn begun(seq: u64) -> Self {
        Self {
            done: true,
            ..Self::none(seq)
        }
    }

    /// Whether the method was never called.
    pub fn is_none(&self) -> bool {
        !self.done
    }

    pub fn into_wire(self) -> Wire {
        let mut headers = vec![
            (
                "content-type".to_owned(),
                "application/json; charset=utf-8".to_owned(),
            ),
            (
                "x-slack-req-id".to_owned(),
                format!("{:032x}", u128::from(self.seq) | 0x5a_0000_0000_0000 << 64),
            ),
        ];
        if let Some((granted, accepted)) = self.scopes {
            headers.push(("x-oauth-scopes".into(), granted));
            headers.push(("x-accepted-oauth-scopes".into(), accepted));
        }
        if let Some(seconds) = self.reply.retry_after {
            headers.push(("retry-after".into(), seconds.to_string()));
        }
        Wire {
            status: self.reply.status,
            headers,
            body: Value::Object(self.reply.body).to_string(),
            broken: None,
        }
    }
}

/// How the connection fails instead of carrying the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Broken {
    /// In the middle of the body.
    Cut,
    /// Before the first byte.
    Reset,
}

/// An answer ready to be sent.
pub(crate) struct Wire {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    broken: Option<Broken>,
}

impl Wire {
    /// An answer somebody ordered.
    pub fn ordered(status: u16, headers: Vec<(String, String)>, body: String) -> Self {
        Self {
            status,
            headers,
            body,
            broken: None,
        }
    }

    /// The same answer, breaking off in the middle.
    pub fn cut_off(mut self) -> Self {
        self.broken = Some(Broken::Cut);
        self
    }

    /// No answer: the connection is reset.
    pub fn reset(mut self) -> Self {
        self.broken = Some(Broken::Reset);
        self
    }

    /// The log's copy.
    pub fn record(&self) -> ReplyRecord {
        let body: Option<Value> = serde_json::from_str(&self.body).ok();
        let error = body.as_ref().and_then(|b| b.get("error")).and_then(Value::as_str);
        let error = match self.broken {
            Some(Broken::Cut) => Some("(connection cut)"),
            Some(Broken::Reset) => Some("(connection reset)"),
            None => error,
        };
        let retry_after = self
            .headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case("retry-after"));
        let reset = self.broken == Some(Broken::Reset);
        ReplyRecord {
            status: if reset { 0 } else { self.status },
            error: error.map(str::to_owned),
            retry_after: retry_after.and_then(|(_, v)| v.parse().ok()),
            body: if reset { String::new() } else { self.body.clone() },
        }
    }

    /// `breaker` belongs to the connection; without one (a router served by somebody else) a reset is a cut.
    pub fn into_response(self, breaker: Option<&Breaker>) -> Response {
        if let (Some(Broken::Reset), Some(breaker)) = (self.broken, breaker) {
            breaker.trip();
        }
        let body = if self.broken.is_some() {
            let half = self.body.chars().take(self.body.chars().count() / 2);
            let half = Ok(half.collect::<String>());
            // The pause lets the server send what it has; an error at once would swallow headers and half alike.
            let end = async {
                tokio::task::yield_now().await;
                Err(std::io::Error::other("cut off by order"))
            };
            Body::from_stream(stream::iter([half]).chain(stream::once(end)))
        } else {
            Body::from(self.body)
        };
        let mut response = Response::new(body);
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}
