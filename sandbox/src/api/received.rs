//! A request as it came in: its arguments for the methods, its masked copy for the log.

use axum::http::{HeaderMap, Method};

use super::args::Args;
use super::auth::{given_basic, given_token};
use crate::mask::{mask, mask_authorization, mask_within};
use crate::record::Call;
use crate::workspace::Workspace;

/// Bytes of a body the log keeps.
const MAX_LOGGED: usize = 64 * 1024;

/// One request.
pub(crate) struct Received {
    pub method: String,
    pub args: Args,
    /// The code to refuse it with if its body could not be read.
    pub unreadable: Option<String>,
    /// The token given, unmasked.
    pub token: Option<String>,
    /// Client id and secret given, unmasked.
    pub basic: Option<String>,
    http_method: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Received {
    pub fn new(method: String, http: &Method, query: &str, headers: &HeaderMap, body: &[u8]) -> Self {
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
        let (args, read) = Args::read(text("content-type"), query, body);
        let unreadable = read.err().and_then(|r| r.code().map(str::to_owned));
        let basic = text("authorization").and_then(given_basic);
        let token = given_token(text("authorization"), args.form_token.as_deref());
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let body = String::from_utf8_lossy(body).into_owned();
        Self {
            method,
            args,
            unreadable,
            token,
            basic,
            http_method: http.to_string(),
            headers,
            body,
        }
    }

    /// The log's copy. Every token the sandbox knows, and the one given, is masked wherever it stands.
    pub fn call(&self, seq: u64, at_ms: i64, workspace: &Workspace) -> Call {
        let mut secrets: Vec<&str> = workspace.tokens.keys().map(String::as_str).collect();
        secrets.extend(self.token.as_deref());
        secrets.extend(self.args.secrets());
        secrets.extend(self.args.form_token.as_deref());
        // Long ones first, so that a token that begins another does not leave the rest of it readable.
        secrets.sort_by_key(|s| std::cmp::Reverse(s.len()));
        let hide = |text: &str| secrets.iter().fold(text.to_owned(), |t, s| mask_within(&t, s));
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| {
                let shown = match name.as_str() {
                    "authorization" => mask_authorization(value),
                    "cookie" => "…".to_owned(),
                    _ => hide(value),
                };
                (name.clone(), shown)
            })
            .collect();
        let mut body = hide(&self.body);
        let body_cut = body.len() > MAX_LOGGED;
        if body_cut {
            let end = (0..=MAX_LOGGED)
                .rev()
                .find(|i| body.is_char_boundary(*i))
                .unwrap_or(0);
            body.truncate(end);
        }
        Call {
            seq,
            at_ms,
            http_method: self.http_method.clone(),
            method: self.method.clone(),
            headers,
            body,
            body_cut,
            token: self.token.as_deref().map(mask),
            channel: self.args.target().map(str::to_owned),
            reply: None,
            injected: false,
            ts: None,
        }
    }
}
