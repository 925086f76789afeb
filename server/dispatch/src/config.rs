//! The numbers the dispatcher runs by, each with its reason.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use leadbell_domain::RetryPolicy;
use leadbell_store::Pace;

use crate::slack::SlackClient;

/// Draws numbers in 0..=1 that spread retries.
pub type Jitter = Arc<dyn Fn() -> f64 + Send + Sync>;

/// How the dispatcher works.
#[derive(Clone)]
pub struct DispatchConfig {
    /// Pace per channel or member, kept by the store for all servers.
    pub pace: Pace,
    /// How long a claim is believed to be in work, milliseconds. Longer than `send_deadline`, so that a lease
    /// never runs out under a call of Slack that is still under way.
    pub lease_ms: i64,
    /// Time for one delivery with all its calls (open or join, post, post again), from before the claim.
    pub send_deadline: Duration,
    /// Deliveries per claim.
    pub claim_limit: usize,
    /// Deliveries claimed and not yet recorded: bounds memory, sockets, and what a crash leaves ambiguous.
    pub max_in_flight: usize,
    /// Longest sleep: how late work of another server on the same database is seen.
    pub poll: Duration,
    /// How often leases that ran out are looked for, milliseconds.
    pub rescue_every_ms: i64,
    /// Waits after passing failures.
    pub retry: RetryPolicy,
    /// Messages per minute and connection that this process sends at most; `None` for no bound. With several
    /// servers on one database each keeps its own count.
    pub per_connection_per_minute: Option<u32>,
    /// At the end, how long calls under way may take; then the same again at most for recording them.
    pub shutdown_grace: Duration,
    /// Spreads retries.
    pub jitter: Jitter,
}

impl Default for DispatchConfig {
    fn default() -> Self {
        Self {
            // Slack: about one message a second per channel, short bursts allowed ("Rate limits"). 2 % slower,
            // because what leaves a second apart may arrive a little less than a second apart.
            pace: Pace {
                interval_ms: 1_020,
                burst: 4,
            },
            lease_ms: 30_000,
            send_deadline: Duration::from_secs(25),
            claim_limit: 64,
            max_in_flight: 128,
            poll: Duration::from_secs(1),
            rescue_every_ms: 3_000,
            retry: RetryPolicy::DEFAULT,
            per_connection_per_minute: None,
            shutdown_grace: Duration::from_secs(26),
            jitter: Arc::new(rand::random::<f64>),
        }
    }
}

impl DispatchConfig {
    /// The defaults for this Slack. The real one stops an app at "several hundred messages per minute" in a
    /// workspace without naming the number ("Rate limits"), so 300; a stand-in has no such bound.
    #[must_use]
    pub fn for_slack(slack: &SlackClient) -> Self {
        Self {
            per_connection_per_minute: slack.is_real_slack().then_some(300),
            ..Self::default()
        }
    }
}

impl fmt::Debug for DispatchConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DispatchConfig")
            .field("pace", &self.pace)
            .field("lease_ms", &self.lease_ms)
            .field("send_deadline", &self.send_deadline)
            .field("claim_limit", &self.claim_limit)
            .field("max_in_flight", &self.max_in_flight)
            .field("per_connection_per_minute", &self.per_connection_per_minute)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_lease_runs_out_while_a_delivery_may_still_be_sent() {
        let config = DispatchConfig::default();
        assert!(i128::from(config.lease_ms) > config.send_deadline.as_millis() as i128 + 4_000);
        assert!(config.shutdown_grace > config.send_deadline);
    }
}
