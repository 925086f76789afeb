//! What a finished call of Slack makes of a delivery. Pure.

use leadbell_domain::{DeliveryStatus, Outcome, Timestamp};

/// Statuses of deliveries that wait for their turn, as SQL. Partial indexes say it in the same words.
pub(crate) const WAITING: &str = "status IN ('queued', 'retrying')";

/// Our code for a lease that ran out: nobody knows whether Slack was reached.
pub(crate) const LEASE_EXPIRED: &str = "lease_expired";

/// Our code for what waited in a backup: who wrote that may have sent it since.
pub(crate) const RESTORED: &str = "restored";

/// Our code for what somebody gave up while its channel or member refused messages.
pub(crate) const GIVEN_UP: &str = "given_up";

/// Where the delivery goes from `status`; `None` when it stays, because the answer comes too late to matter.
///
/// `leased`: the answer comes from the worker who holds the lease. Without it only an `ambiguous` delivery moves: the
/// true answer has arrived. "Not posted" then means failed: its place in the channel's order is gone.
pub(crate) fn next_status(
    status: DeliveryStatus,
    leased: bool,
    outcome: &Outcome,
    retry: bool,
) -> Option<DeliveryStatus> {
    let next = match (leased, outcome) {
        (_, Outcome::Sent { .. } | Outcome::Repeated { .. }) => DeliveryStatus::Sent,
        (_, Outcome::Permanent { .. }) | (false, Outcome::RateLimited { .. } | Outcome::Transient { .. }) => {
            DeliveryStatus::Failed
        }
        // The rule would rather have it twice than never.
        (true, Outcome::Ambiguous { .. }) if retry => DeliveryStatus::Retrying,
        (_, Outcome::Ambiguous { .. }) => DeliveryStatus::Ambiguous,
        (true, Outcome::RateLimited { .. }) => DeliveryStatus::Retrying,
        (true, Outcome::Transient { .. }) if retry => DeliveryStatus::Retrying,
        (true, Outcome::Transient { .. }) => DeliveryStatus::Failed,
    };
    let movable = if leased {
        DeliveryStatus::Sending
    } else {
        DeliveryStatus::Ambiguous
    };
    (status == movable && status.may_become(next)).then_some(next)
}

/// Where a delivery goes whose token or destination Slack refuses: back to those that wait until that is mended. Without the
/// lease its place in the order is gone, and it is as final as any other refusal.
pub(crate) fn next_put_back(
    status: DeliveryStatus,
    leased: bool,
    outcome: &Outcome,
) -> Option<DeliveryStatus> {
    if leased {
        return (status == DeliveryStatus::Sending).then_some(DeliveryStatus::Retrying);
    }
    next_status(status, leased, outcome, false)
}

/// The outcome's name in data, and the code that explains it.
pub(crate) fn outcome_parts(outcome: &Outcome) -> (&'static str, Option<&str>) {
    match outcome {
        Outcome::Sent { .. } => ("sent", None),
        Outcome::RateLimited { .. } => ("rate_limited", Some("rate_limited")),
        Outcome::Transient { code } => ("transient", Some(code)),
        // Sent, by an earlier call; the code says why there is no receipt.
        Outcome::Repeated { code } => ("sent", Some(code)),
        Outcome::Ambiguous { code } => ("ambiguous", Some(code)),
        Outcome::Permanent { code } => ("permanent", Some(code)),
    }
}

/// Until when the whole destination waits after this outcome, UTC milliseconds. Slack's "later" holds for the
/// destination whoever heard it; our own backoff only while the delivery itself waits.
pub(crate) fn pause(
    outcome: &Outcome,
    retry_at: Option<Timestamp>,
    finished_at: Timestamp,
    leased: bool,
) -> Option<Timestamp> {
    match outcome {
        Outcome::RateLimited { retry_after_ms } => {
            Some(retry_at.unwrap_or_else(|| finished_at.saturating_add(*retry_after_ms)))
        }
        Outcome::Transient { .. } | Outcome::Ambiguous { .. } if leased => retry_at,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeliveryStatus::{Ambiguous, Failed, Retrying, Sending, Sent};

    fn code(make: fn(String) -> Outcome) -> Outcome {
        make("x".to_owned())
    }

    fn sent() -> Outcome {
        Outcome::Sent {
            channel: "C1".to_owned(),
            ts: "1.2".to_owned(),
        }
    }

    #[test]
    fn what_waits_in_sql_is_what_may_be_claimed() {
        let claimable: Vec<String> = DeliveryStatus::ALL
            .into_iter()
            .filter(|status| status.may_become(Sending))
            .map(|status| format!("'{}'", status.key()))
            .collect();
        assert_eq!(WAITING, format!("status IN ({})", claimable.join(", ")));
    }

    #[test]
    fn the_holder_of_the_lease_settles_the_delivery() {
        let transient = code(|code| Outcome::Transient { code });
        assert_eq!(next_status(Sending, true, &sent(), false), Some(Sent));
        assert_eq!(next_status(Sending, true, &transient, true), Some(Retrying));
        assert_eq!(next_status(Sending, true, &transient, false), Some(Failed));
        assert_eq!(
            next_status(Sending, true, &Outcome::RateLimited { retry_after_ms: 1 }, false),
            Some(Retrying)
        );
        assert_eq!(
            next_status(Sending, true, &code(|code| Outcome::Ambiguous { code }), false),
            Some(Ambiguous)
        );
        assert_eq!(
            next_status(Sending, true, &code(|code| Outcome::Permanent { code }), false),
            Some(Failed)
        );
    }

    #[test]
    fn a_delivery_whose_token_is_refused_waits_for_a_better_one() {
        let refused = code(|code| Outcome::Permanent { code });
        assert!(Sending.may_become(Retrying));
        assert_eq!(next_put_back(Sending, true, &refused), Some(Retrying));
        assert_eq!(next_put_back(Sent, true, &refused), None);
        // Once its lease is gone its place in the order is, too.
        assert_eq!(next_put_back(Ambiguous, false, &refused), Some(Failed));
    }

    #[test]
    fn a_late_answer_moves_only_what_is_ambiguous_and_never_back_into_the_queue() {
        for status in DeliveryStatus::ALL {
            for outcome in [
                sent(),
                code(|code| Outcome::Transient { code }),
                code(|code| Outcome::Ambiguous { code }),
                code(|code| Outcome::Permanent { code }),
                Outcome::RateLimited { retry_after_ms: 1 },
            ] {
                let next = next_status(status, false, &outcome, true);
                assert!(next.is_none() || status == Ambiguous, "{status:?}");
                assert!(
                    matches!(next, None | Some(Sent | Failed)),
                    "{status:?} {outcome:?}"
                );
            }
        }
    }

    #[test]
    fn only_slacks_later_pauses_a_destination_after_the_lease_is_gone() {
        let transient = code(|code| Outcome::Transient { code });
        assert_eq!(pause(&transient, Some(9), 5, true), Some(9));
        assert_eq!(pause(&transient, Some(9), 5, false), None);
        assert_eq!(
            pause(&Outcome::RateLimited { retry_after_ms: 30 }, None, 5, false),
            Some(35)
        );
        assert_eq!(pause(&sent(), Some(9), 5, true), None);
    }
}
