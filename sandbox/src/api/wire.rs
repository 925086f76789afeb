//! Turns an answer into HTTP: status, Slack's headers, body.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use futures::stream;
use serde_json::Value;

use super::reply::Reply;
use crate::record::ReplyRecord;

/// What a method came to.
pub(crate) struct Work {
    pub reply: Reply,
    /// Scopes the token has, and scopes the method accepts; none if the caller is unknown.
    pub scopes: Option<(String, String)>,
    /// The message posted or edited.
    pub ts: Option<String>,
    seq: u64,
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
        }
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
            cut_off: false,
        }
    }
}

/// An answer ready to be sent.
pub(crate) struct Wire {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    cut_off: bool,
}

impl Wire {
    /// An answer somebody ordered.
    pub fn ordered(status: u16, headers: Vec<(String, String)>, body: String) -> Self {
        Self {
            status,
            headers,
            body,
            cut_off: false,
        }
    }

    /// The same answer, breaking off in the middle.
    pub fn cut_off(mut self) -> Self {
        self.cut_off = true;
        self
    }

    /// The log's copy.
    pub fn record(&self) -> ReplyRecord {
        let body: Option<Value> = serde_json::from_str(&self.body).ok();
        let error = body.as_ref().and_then(|b| b.get("error")).and_then(Value::as_str);
        let error = if self.cut_off {
            Some("(connection cut)")
        } else {
            error
        };
        let retry_after = self
            .headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case("retry-after"));
        ReplyRecord {
            status: self.status,
            error: error.map(str::to_owned),
            retry_after: retry_after.and_then(|(_, v)| v.parse().ok()),
            body: self.body.clone(),
        }
    }

    pub fn into_response(self) -> Response {
        let body = if self.cut_off {
            let half = Ok(self
                .body
                .chars()
                .take(self.body.chars().count() / 2)
                .collect::<String>());
            Body::from_stream(stream::iter([
                half,
                Err(std::io::Error::other("cut off by order")),
            ]))
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
