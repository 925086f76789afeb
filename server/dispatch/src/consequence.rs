//! From what came of a delivery to what is recorded: pure.

use leadbell_domain::{Outcome, RetryPolicy, Timestamp, refuses_place};
use leadbell_store::{Claim, Finish, RefusedToken};

use crate::send::Report;

/// The note of a call that Slack refused because of the token alone.
const WAITS_FOR_CONNECTION: &str = "waits_for_connection";

/// The note of a call that Slack refused because of the channel or member alone.
const WAITS_FOR_DESTINATION: &str = "waits_for_destination";

/// When the delivery gets its next turn; `None` when it gets none. A wait that Slack asked for is kept whole and
/// costs no attempt, so it never ends the delivery. `resends`: rather twice than never.
pub(crate) fn retry_at(
    outcome: &Outcome,
    resends: bool,
    attempts_before: u32,
    policy: &RetryPolicy,
    jitter: f64,
    now: Timestamp,
) -> Option<Timestamp> {
    match outcome {
        Outcome::RateLimited { retry_after_ms } => Some(now.saturating_add(*retry_after_ms)),
        Outcome::Ambiguous { .. } if !resends => None,
        Outcome::Transient { .. } | Outcome::Ambiguous { .. } => policy
            .wait_ms(attempts_before.saturating_add(1), jitter)
            .map(|wait| now.saturating_add(wait)),
        Outcome::Sent { .. } | Outcome::Repeated { .. } | Outcome::Permanent { .. } => None,
    }
}

/// What to record of a delivery that was sent or tried.
pub(crate) fn finish(
    claim: &Claim,
    worker: &str,
    report: &Report,
    started_at: Timestamp,
    finished_at: Timestamp,
    policy: &RetryPolicy,
    jitter: f64,
) -> Finish {
    let refused = report.connection_fault().map(|_| RefusedToken {
        connection: claim.connection.clone(),
        version: claim.token_version,
    });
    let waits = match (&refused, &report.outcome) {
        (Some(_), _) => Some(WAITS_FOR_CONNECTION.to_owned()),
        (None, Outcome::Permanent { code }) if refuses_place(code) => Some(WAITS_FOR_DESTINATION.to_owned()),
        (None, _) => None,
    };
    Finish {
        delivery: claim.delivery.clone(),
        destination: claim.destination.clone(),
        worker: worker.to_owned(),
        outcome: report.outcome.clone(),
        retry_at: retry_at(
            &report.outcome,
            claim.resends,
            claim.attempts,
            policy,
            jitter,
            finished_at,
        ),
        http_status: report.http_status,
        note: report.note.clone().or(waits),
        resolved_channel: report.resolved_channel.clone(),
        refused,
        thread_ts: report.thread_ts.clone(),
        started_at,
        finished_at,
    }
}

/// What to record of a delivery that our own pace per connection held back until then, without a call of Slack.
pub(crate) fn held_back(claim: &Claim, worker: &str, now: Timestamp, until: Timestamp) -> Finish {
    Finish {
        delivery: claim.delivery.clone(),
        destination: claim.destination.clone(),
        worker: worker.to_owned(),
        outcome: Outcome::RateLimited {
            retry_after_ms: until.saturating_sub(now),
        },
        retry_at: Some(until),
        http_status: None,
        note: Some("held_back".to_owned()),
        resolved_channel: None,
        refused: None,
        thread_ts: None,
        started_at: now,
        finished_at: now,
    }
}

/// The outcome's name in data and metrics.
pub(crate) fn outcome_key(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Sent { .. } => "sent",
        Outcome::RateLimited { .. } => "rate_limited",
        Outcome::Transient { .. } => "transient",
        Outcome::Repeated { .. } => "repeated",
        Outcome::Ambiguous { .. } => "ambiguous",
        Outcome::Permanent { .. } => "permanent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        first_ms: 1_000,
        longest_ms: 60_000,
        attempts: 3,
    };

    fn at(outcome: &Outcome, before: u32) -> Option<Timestamp> {
        retry_at(outcome, false, before, &POLICY, 1.0, 500)
    }

    #[test]
    fn a_passing_failure_waits_longer_each_time_and_then_ends() {
        let failure = Outcome::Transient {
            code: "connect_failed".into(),
        };
        assert_eq!(at(&failure, 0), Some(1_500));
        assert_eq!(at(&failure, 1), Some(2_500));
        assert_eq!(at(&failure, 2), None);
    }

    #[test]
    fn a_limit_is_waited_for_in_full_however_many_attempts_there_were() {
        let limited = Outcome::RateLimited {
            retry_after_ms: 30_000,
        };
        assert_eq!(at(&limited, 0), Some(30_500));
        assert_eq!(at(&limited, 1_000), Some(30_500));
    }

    #[test]
    fn what_is_settled_has_no_next_turn() {
        assert_eq!(
            at(
                &Outcome::Ambiguous {
                    code: "timeout".into()
                },
                0
            ),
            None
        );
        assert_eq!(
            at(
                &Outcome::Permanent {
                    code: "is_archived".into()
                },
                0
            ),
            None
        );
        assert_eq!(
            at(
                &Outcome::Sent {
                    channel: "C".into(),
                    ts: "1".into()
                },
                0
            ),
            None
        );
    }
}
