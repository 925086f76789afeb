//! The life of a delivery: its states, the legal moves between them, and what Slack's answers mean for it.

use serde::{Deserialize, Serialize};

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Waiting for its turn.
    Queued,
    /// Claimed under a lease; Slack may be reading it right now.
    Sending,
    /// Slack said yes.
    Sent,
    /// Slack said "later"; waiting for its next turn.
    Retrying,
    /// Nobody knows whether Slack posted it. Never sent again by itself.
    Ambiguous,
    /// It will not be sent.
    Failed,
    /// Held back on purpose.
    Suppressed,
}

impl DeliveryStatus {
    /// Every status.
    pub const ALL: [DeliveryStatus; 7] = [
        DeliveryStatus::Queued,
        DeliveryStatus::Sending,
        DeliveryStatus::Sent,
        DeliveryStatus::Retrying,
        DeliveryStatus::Ambiguous,
        DeliveryStatus::Failed,
        DeliveryStatus::Suppressed,
    ];

    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            DeliveryStatus::Queued => "queued",
            DeliveryStatus::Sending => "sending",
            DeliveryStatus::Sent => "sent",
            DeliveryStatus::Retrying => "retrying",
            DeliveryStatus::Ambiguous => "ambiguous",
            DeliveryStatus::Failed => "failed",
            DeliveryStatus::Suppressed => "suppressed",
        }
    }

    /// The status of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<DeliveryStatus> {
        DeliveryStatus::ALL.into_iter().find(|status| status.key() == key)
    }

    /// Whether a delivery may go from here to there. The store refuses every other move.
    #[must_use]
    pub fn may_become(self, next: DeliveryStatus) -> bool {
        use DeliveryStatus::{Ambiguous, Failed, Queued, Retrying, Sending, Sent, Suppressed};
        match self {
            Queued => matches!(next, Sending | Suppressed | Failed),
            Sending => matches!(next, Sent | Retrying | Ambiguous | Failed),
            Retrying => matches!(next, Sending | Suppressed | Failed),
            // The true answer may arrive after the lease ran out; a person may also settle it or send again.
            Ambiguous => matches!(next, Sent | Failed | Queued),
            // A person may send it again.
            Failed | Suppressed => matches!(next, Queued),
            Sent => false,
        }
    }

    /// Whether nothing will happen to it by itself any more.
    #[must_use]
    pub fn is_settled(self) -> bool {
        matches!(
            self,
            DeliveryStatus::Sent
                | DeliveryStatus::Ambiguous
                | DeliveryStatus::Failed
                | DeliveryStatus::Suppressed
        )
    }
}

/// What came of one call of Slack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Posted; Slack's receipt.
    Sent {
        /// The channel it is in (a member's is a `D…`).
        channel: String,
        /// Slack's message id within the channel.
        ts: String,
    },
    /// Slack takes nothing for a while (HTTP 429, or a quota that is used up): wait the whole time; costs no attempt.
    RateLimited {
        /// Slack's `Retry-After`, or our wait for a quota, in milliseconds.
        retry_after_ms: i64,
    },
    /// Certainly not posted, worth another try.
    Transient {
        /// Slack's code, or ours such as `connect_failed`.
        code: String,
    },
    /// Posted by an earlier call for the same delivery, as Slack's refusal to repeat it says; there is no receipt.
    Repeated {
        /// Slack's code.
        code: String,
    },
    /// May or may not have been posted.
    Ambiguous {
        /// Slack's code, or ours such as `timeout`.
        code: String,
    },
    /// Will not work as it is.
    Permanent {
        /// Slack's code.
        code: String,
    },
}

/// Exponential backoff with jitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Wait before the second attempt, milliseconds.
    pub first_ms: i64,
    /// Longest wait, milliseconds.
    pub longest_ms: i64,
    /// Attempts in all, after which a delivery fails.
    pub attempts: u32,
}

impl RetryPolicy {
    /// Waits of 1 s, 2 s, 4 s … up to 5 min, 12 attempts: together about 25 minutes, longer than Slack's usual
    /// incidents of minutes, short enough that an alert is still one.
    pub const DEFAULT: RetryPolicy = RetryPolicy {
        first_ms: 1_000,
        longest_ms: 300_000,
        attempts: 12,
    };

    /// The wait after this many failed attempts, in milliseconds; `None` when there were enough. `jitter` in 0..=1
    /// spreads the wait over its upper half, so that many deliveries do not come back as one wave.
    #[must_use]
    pub fn wait_ms(&self, failed_attempts: u32, jitter: f64) -> Option<i64> {
        if failed_attempts == 0 || failed_attempts >= self.attempts {
            return None;
        }
        let doublings = (failed_attempts - 1).min(30);
        let full = self
            .first_ms
            .saturating_mul(1_i64 << doublings)
            .min(self.longest_ms);
        let half = full / 2;
        #[expect(clippy::cast_possible_truncation, reason = "a wait of minutes fits")]
        #[expect(clippy::cast_precision_loss, reason = "jitter needs no precision")]
        let spread = (half as f64 * jitter.clamp(0.0, 1.0)) as i64;
        Some(half + spread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeliveryStatus::*;

    #[test]
    fn what_may_have_been_sent_never_goes_out_again_by_itself() {
        assert!(!Ambiguous.may_become(Sending));
        assert!(!Ambiguous.may_become(Retrying));
        assert!(!Sent.may_become(Queued));
        assert!(DeliveryStatus::ALL.iter().all(|next| !Sent.may_become(*next)));
    }

    #[test]
    fn only_what_waits_can_be_claimed() {
        let claimable: Vec<_> = DeliveryStatus::ALL
            .into_iter()
            .filter(|from| from.may_become(Sending))
            .collect();
        assert_eq!(claimable, [Queued, Retrying]);
    }

    #[test]
    fn waits_double_up_to_the_longest_and_then_end() {
        let policy = RetryPolicy {
            first_ms: 1_000,
            longest_ms: 5_000,
            attempts: 5,
        };
        let full: Vec<_> = (1..=5).map(|failed| policy.wait_ms(failed, 1.0)).collect();
        assert_eq!(full, [Some(1_000), Some(2_000), Some(4_000), Some(5_000), None]);
        assert_eq!(policy.wait_ms(2, 0.0), Some(1_000));
        assert_eq!(RetryPolicy::DEFAULT.wait_ms(11, 1.0), Some(300_000));
    }
}
