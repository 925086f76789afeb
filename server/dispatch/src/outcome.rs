//! What an answer of Slack, or its absence, means: pure, one rule per case.

use leadbell_domain::{Outcome, SlackFailure, classify_slack_error};

use crate::slack::{Answer, CallError, Called, Said};

/// How long a workspace whose messages are used up is left alone, milliseconds: an hour, for Slack names no time.
const QUOTA_WAIT_MS: i64 = 3_600_000;

/// What a call came to, whichever method it was.
#[derive(Debug)]
pub(crate) enum Verdict<'a> {
    /// Slack did it.
    Yes(&'a Answer),
    /// Wait so many milliseconds.
    RateLimited(i64),
    /// Certainly not done; worth another try.
    Transient(String),
    /// Perhaps done.
    Ambiguous(String),
    /// Done by an earlier call with the same id.
    Repeated(String),
    /// Not done, and never will be as it is.
    Permanent(String),
}

/// Judges a call.
pub(crate) fn judge(called: &Called) -> Verdict<'_> {
    match called {
        Err(CallError {
            never_sent: true,
            code,
        }) => Verdict::Transient((*code).to_owned()),
        Err(CallError {
            never_sent: false,
            code,
        }) => Verdict::Ambiguous((*code).to_owned()),
        Ok(answer) => judge_answer(answer),
    }
}

fn judge_answer(answer: &Answer) -> Verdict<'_> {
    match (answer.status, &answer.said) {
        (429, _) => Verdict::RateLimited(answer.retry_after_ms),
        // Slack's own "not now", said before it did anything.
        (503, Said::No(code)) if code == "service_unavailable" => Verdict::Transient(code.clone()),
        (500.., Said::No(code)) => Verdict::Ambiguous(code.clone()),
        // A proxy of Slack's lost sight of the request; whether Slack had read it is unknown.
        (500.., _) => Verdict::Ambiguous(format!("http_{}", answer.status)),
        (200..=299, Said::Yes(_)) => Verdict::Yes(answer),
        (200..=499, Said::No(code)) => judge_code(code, answer.retry_after_ms),
        (200..=299, Said::Unreadable(why)) => Verdict::Ambiguous((*why).to_owned()),
        // A yes under a refusing status contradicts itself.
        (status, Said::Yes(_)) => Verdict::Ambiguous(format!("http_{status}")),
        // Redirects and refusals without Slack's JSON: a proxy or a wrong address, which people mend.
        (status, _) => Verdict::Transient(format!("http_{status}")),
    }
}

fn judge_code(code: &str, retry_after_ms: i64) -> Verdict<'static> {
    if matches!(code, "ratelimited" | "rate_limited") {
        return Verdict::RateLimited(retry_after_ms);
    }
    let owned = code.to_owned();
    match classify_slack_error(code) {
        SlackFailure::Transient => Verdict::Transient(owned),
        SlackFailure::Quota => Verdict::RateLimited(QUOTA_WAIT_MS),
        SlackFailure::Repeated => Verdict::Repeated(owned),
        SlackFailure::Ambiguous => Verdict::Ambiguous(owned),
        SlackFailure::Connection | SlackFailure::Destination | SlackFailure::Payload => {
            Verdict::Permanent(owned)
        }
    }
}

/// What chat.postMessage came to.
pub(crate) fn of_post(called: &Called) -> Outcome {
    match judge(called) {
        Verdict::Yes(answer) => match (answer.said.text(&["channel"]), answer.said.text(&["ts"])) {
            (Some(channel), Some(ts)) => Outcome::Sent {
                channel: channel.to_owned(),
                ts: ts.to_owned(),
            },
            // A yes that names no message proves none.
            _ => Outcome::Ambiguous {
                code: "answer_without_receipt".to_owned(),
            },
        },
        Verdict::RateLimited(retry_after_ms) => Outcome::RateLimited { retry_after_ms },
        Verdict::Transient(code) => Outcome::Transient { code },
        Verdict::Ambiguous(code) => Outcome::Ambiguous { code },
        Verdict::Repeated(code) => Outcome::Repeated { code },
        Verdict::Permanent(code) => Outcome::Permanent { code },
    }
}

/// What a failed conversations.open or conversations.join means for the message, which was not posted: `None` when
/// the call was a success. Both calls may be repeated freely, so "perhaps" is as good as "no".
pub(crate) fn of_preparation(called: &Called) -> Option<Outcome> {
    match judge(called) {
        Verdict::Yes(_) => None,
        Verdict::RateLimited(retry_after_ms) => Some(Outcome::RateLimited { retry_after_ms }),
        Verdict::Transient(code) | Verdict::Ambiguous(code) => Some(Outcome::Transient { code }),
        // No method but chat.postMessage knows ids.
        Verdict::Repeated(code) | Verdict::Permanent(code) => Some(Outcome::Permanent { code }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leadbell_domain::SLACK_ERRORS;
    use serde_json::{Value, json};

    fn answer(status: u16, body: &Value) -> Called {
        let said = match body {
            Value::Object(fields) if fields.get("ok") == Some(&json!(true)) => Said::Yes(fields.clone()),
            Value::Object(fields) => Said::No(fields["error"].as_str().unwrap().to_owned()),
            _ => Said::Unreadable("unreadable_answer"),
        };
        Ok(Answer {
            status,
            retry_after_ms: 7_000,
            scopes: Vec::new(),
            said,
        })
    }

    fn no(code: &str) -> Value {
        json!({"ok": false, "error": code})
    }

    fn transient(code: &str) -> Outcome {
        Outcome::Transient { code: code.into() }
    }

    fn ambiguous(code: &str) -> Outcome {
        Outcome::Ambiguous { code: code.into() }
    }

    fn permanent(code: &str) -> Outcome {
        Outcome::Permanent { code: code.into() }
    }

    #[test]
    fn a_receipt_is_sent_and_a_yes_without_one_is_not_believed() {
        let good = answer(200, &json!({"ok": true, "channel": "C1", "ts": "1.2"}));
        assert_eq!(
            of_post(&good),
            Outcome::Sent {
                channel: "C1".into(),
                ts: "1.2".into()
            }
        );
        let odd = answer(200, &json!({"ok": true, "channel": "C1"}));
        assert_eq!(of_post(&odd), ambiguous("answer_without_receipt"));
    }

    #[test]
    fn what_never_left_is_tried_again_and_what_may_have_is_not() {
        let refused = Err(CallError {
            never_sent: true,
            code: "connect_failed",
        });
        assert_eq!(of_post(&refused), transient("connect_failed"));
        let silent = Err(CallError {
            never_sent: false,
            code: "timeout",
        });
        assert_eq!(of_post(&silent), ambiguous("timeout"));
        assert_eq!(of_preparation(&silent), Some(transient("timeout")));
    }

    #[test]
    fn server_errors_are_ambiguous_but_slacks_own_not_now() {
        assert_eq!(of_post(&answer(500, &Value::Null)), ambiguous("http_500"));
        assert_eq!(of_post(&answer(503, &Value::Null)), ambiguous("http_503"));
        assert_eq!(
            of_post(&answer(500, &no("fatal_error"))),
            ambiguous("fatal_error")
        );
        // Whatever a failing server says, its failure is the news.
        assert_eq!(
            of_post(&answer(502, &no("channel_not_found"))),
            ambiguous("channel_not_found")
        );
        assert_eq!(
            of_post(&answer(502, &json!({"ok": true, "channel": "C1", "ts": "1"}))),
            ambiguous("http_502")
        );
        assert_eq!(
            of_post(&answer(503, &no("service_unavailable"))),
            transient("service_unavailable")
        );
    }

    #[test]
    fn a_limit_keeps_its_whole_wait() {
        let wait = Outcome::RateLimited {
            retry_after_ms: 7_000,
        };
        assert_eq!(of_post(&answer(429, &no("rate_limited"))), wait);
        assert_eq!(of_post(&answer(429, &Value::Null)), wait);
        assert_eq!(of_post(&answer(200, &no("ratelimited"))), wait);
        assert_eq!(of_preparation(&answer(429, &Value::Null)), Some(wait));
    }

    #[test]
    fn a_used_up_quota_is_waited_for_and_a_refusal_to_repeat_is_delivered() {
        let wait = Outcome::RateLimited {
            retry_after_ms: 3_600_000,
        };
        assert_eq!(of_post(&answer(200, &no("message_limit_exceeded"))), wait);
        let repeated = Outcome::Repeated {
            code: "duplicate_message_not_found".into(),
        };
        assert_eq!(
            of_post(&answer(200, &no("duplicate_message_not_found"))),
            repeated
        );
    }

    /// Whatever Slack may say: what comes of it follows from its class alone.
    #[test]
    fn every_documented_code_has_the_outcome_of_its_class() {
        for known in SLACK_ERRORS {
            let found = of_post(&answer(200, &no(known.code)));
            let code = known.code.to_owned();
            let expected = match known.failure {
                _ if known.code.contains("limited") && known.failure == SlackFailure::Transient => {
                    Outcome::RateLimited {
                        retry_after_ms: 7_000,
                    }
                }
                SlackFailure::Transient => Outcome::Transient { code },
                SlackFailure::Quota => Outcome::RateLimited {
                    retry_after_ms: QUOTA_WAIT_MS,
                },
                SlackFailure::Ambiguous => Outcome::Ambiguous { code },
                SlackFailure::Repeated => Outcome::Repeated { code },
                SlackFailure::Connection | SlackFailure::Destination | SlackFailure::Payload => {
                    Outcome::Permanent { code }
                }
            };
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn codes_are_dealt_with_by_their_class() {
        for code in [
            "token_revoked",
            "token_expired",
            "channel_not_found",
            "is_archived",
            "no_text",
            "brand_new",
        ] {
            assert_eq!(of_post(&answer(200, &no(code))), permanent(code));
        }
        assert_eq!(
            of_post(&answer(200, &no("internal_error"))),
            ambiguous("internal_error")
        );
        assert_eq!(
            of_post(&answer(200, &no("request_timeout"))),
            transient("request_timeout")
        );
        assert_eq!(
            of_post(&answer(403, &no("invalid_auth"))),
            permanent("invalid_auth")
        );
    }

    #[test]
    fn answers_that_are_not_slacks_are_ambiguous_when_good_and_transient_when_refusing() {
        assert_eq!(
            of_post(&answer(200, &Value::Null)),
            ambiguous("unreadable_answer")
        );
        for status in [302, 403, 404, 407] {
            assert_eq!(
                of_post(&answer(status, &Value::Null)),
                transient(&format!("http_{status}"))
            );
        }
        assert_eq!(
            of_post(&answer(404, &json!({"ok": true, "channel": "C1", "ts": "1"}))),
            ambiguous("http_404")
        );
    }
}
