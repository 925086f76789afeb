//! Slack as the script wants it: its answers in the form in which they come from the wire.

use serde_json::json;

use super::command::Reply;
use crate::outcome::of_post;
use crate::send::{LastCall, Report};
use crate::slack::{Answer, CallError, Called, Said};

impl Reply {
    /// Whether the message is in the channel now.
    pub(super) fn posts(self) -> bool {
        match self {
            Reply::Yes => true,
            Reply::ServerError { posted } | Reply::Hang { posted } | Reply::InternalError { posted } => {
                posted
            }
            _ => false,
        }
    }

    /// Whether whoever called knows.
    pub(super) fn is_clear(self) -> bool {
        !matches!(
            self,
            Reply::ServerError { .. } | Reply::Hang { .. } | Reply::InternalError { .. }
        )
    }

    fn called(self) -> Called {
        let no = |status, code: &str| (status, Said::No(code.to_owned()));
        let (status, said) = match self {
            Reply::Yes => {
                let json = json!({"ok": true, "channel": "C0MODEL000", "ts": "1.2"});
                (200, Said::Yes(json.as_object().cloned().unwrap_or_default()))
            }
            Reply::Limited(_) => no(429, "rate_limited"),
            Reply::Unavailable => no(503, "service_unavailable"),
            Reply::ServerError { .. } => (500, Said::Unreadable("unreadable_answer")),
            Reply::InternalError { .. } => no(200, "internal_error"),
            Reply::Archived => no(200, "is_archived"),
            Reply::Revoked => no(200, "token_revoked"),
            Reply::TooLong => no(200, "msg_too_long"),
            Reply::Quota => no(200, "message_limit_exceeded"),
            Reply::Hang { .. } => {
                return Err(CallError {
                    never_sent: false,
                    code: "timeout",
                });
            }
            Reply::NoConnection => {
                return Err(CallError {
                    never_sent: true,
                    code: "connect_failed",
                });
            }
        };
        let retry_after_ms = match self {
            Reply::Limited(seconds) => seconds * 1_000,
            _ => 30_000,
        };
        Ok(Answer {
            status,
            retry_after_ms,
            scopes: Vec::new(),
            said,
        })
    }

    /// What the real code makes of it.
    pub(super) fn report(self) -> Report {
        let called = self.called();
        Report {
            thread_ts: None,
            outcome: of_post(&called),
            last_call: LastCall::Post,
            http_status: called.as_ref().ok().map(|answer| answer.status),
            note: None,
            resolved_channel: None,
            posted_at: None,
        }
    }
}
