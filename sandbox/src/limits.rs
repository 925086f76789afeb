//! Slack's rate limits: one message a second per channel with a small burst, and calls a minute per method.
//!
//! Sources: Slack's "Rate limits" page (tiers; about one message per second per channel, short bursts
//! allowed; "several hundred messages per minute" per workspace) and the tier table of Slack's Java SDK.
//! Slack publishes no burst size; the default here is deliberately on the strict side.

use std::collections::{BTreeMap, HashMap};

/// A pace: `burst` calls at once, then one every `every_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Calls allowed at once after a pause; at least 1.
    pub burst: u32,
    /// Milliseconds between calls in the long run.
    pub every_ms: i64,
}

impl Rate {
    /// `burst` at once, then one every `every_ms` milliseconds.
    pub const fn new(burst: u32, every_ms: i64) -> Self {
        Self { burst, every_ms }
    }

    /// `n` calls a minute, which may come at once.
    pub const fn per_minute(n: u32) -> Self {
        Self {
            burst: n,
            every_ms: 60_000 / n as i64,
        }
    }
}

/// The limits a sandbox keeps. `None` or a missing method means no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// chat.postMessage, per app and channel.
    pub post_per_channel: Option<Rate>,
    /// chat.postMessage, per app and workspace.
    pub post_per_workspace: Option<Rate>,
    /// Other methods, per app and workspace.
    pub per_method: BTreeMap<String, Rate>,
}

impl Default for Limits {
    /// As Slack: burst 4 then 1/s per channel, 600 messages/min per workspace, tier 3 = 50/min.
    fn default() -> Self {
        let tier3 = Rate::per_minute(50);
        let methods = [
            ("chat.update", tier3),
            ("conversations.open", tier3),
            ("conversations.join", tier3),
            ("auth.test", Rate::per_minute(300)),
        ];
        Self {
            post_per_channel: Some(Rate::new(4, 1_000)),
            post_per_workspace: Some(Rate::per_minute(600)),
            per_method: methods.into_iter().map(|(m, r)| (m.to_owned(), r)).collect(),
        }
    }
}

impl Limits {
    /// No limit at all.
    pub fn off() -> Self {
        Self {
            post_per_channel: None,
            post_per_workspace: None,
            per_method: BTreeMap::new(),
        }
    }

    /// The same limits with another pace per channel.
    pub fn per_channel(mut self, burst: u32, every_ms: i64) -> Self {
        self.post_per_channel = Some(Rate::new(burst, every_ms));
        self
    }

    /// The same limits with another pace for a workspace's messages.
    pub fn per_workspace(mut self, rate: Rate) -> Self {
        self.post_per_workspace = Some(rate);
        self
    }

    /// The same limits with another pace for one method.
    pub fn method(mut self, method: &str, rate: Rate) -> Self {
        self.per_method.insert(method.to_owned(), rate);
        self
    }
}

/// Keeps the pace of every (app, method or channel).
///
/// Each bucket is one number: the time at which it would be full again (the "theoretical arrival time" of
/// the generic cell rate algorithm). That is exact and needs no timer.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    full_again_ms: HashMap<String, i64>,
}

impl Limiter {
    /// Takes one call out of every bucket named, or out of none.
    ///
    /// # Errors
    /// The whole seconds to wait (at least 1) if one of them is empty.
    pub fn take(&mut self, now_ms: i64, buckets: &[(String, Option<Rate>)]) -> Result<(), u32> {
        let wait_ms = buckets
            .iter()
            .filter_map(|(key, rate)| Some(self.wait_ms(now_ms, key, (*rate)?)))
            .max();
        if let Some(wait) = wait_ms.filter(|w| *w > 0) {
            return Err(u32::try_from((wait + 999) / 1_000).unwrap_or(u32::MAX));
        }
        for (key, rate) in buckets {
            if let Some(rate) = rate {
                let full = self.full_again_ms.entry(key.clone()).or_insert(now_ms);
                *full = now_ms.max(*full) + rate.every_ms;
            }
        }
        Ok(())
    }

    fn wait_ms(&self, now_ms: i64, key: &str, rate: Rate) -> i64 {
        let full = self.full_again_ms.get(key).copied().unwrap_or(now_ms).max(now_ms);
        full - now_ms - i64::from(rate.burst.max(1) - 1) * rate.every_ms
    }

    /// Fills every bucket.
    pub fn clear(&mut self) {
        self.full_again_ms.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(rate: Rate) -> Vec<(String, Option<Rate>)> {
        vec![("b".into(), Some(rate))]
    }

    #[test]
    fn a_burst_passes_and_the_next_waits_a_second() {
        let mut l = Limiter::default();
        let b = one(Rate::new(4, 1_000));
        for _ in 0..4 {
            assert_eq!(l.take(0, &b), Ok(()));
        }
        assert_eq!(l.take(0, &b), Err(1));
        assert_eq!(l.take(999, &b), Err(1));
        assert_eq!(l.take(1_000, &b), Ok(()));
        assert_eq!(l.take(1_000, &b), Err(1));
    }

    #[test]
    fn a_refused_call_costs_nothing() {
        let mut l = Limiter::default();
        let b = one(Rate::new(1, 1_000));
        assert_eq!(l.take(0, &b), Ok(()));
        for _ in 0..50 {
            assert_eq!(l.take(500, &b), Err(1));
        }
        assert_eq!(l.take(1_000, &b), Ok(()));
    }

    #[test]
    fn a_long_pause_gives_no_more_than_the_burst() {
        let mut l = Limiter::default();
        let b = one(Rate::new(2, 1_000));
        assert_eq!(l.take(0, &b), Ok(()));
        assert_eq!(l.take(1_000_000, &b), Ok(()));
        assert_eq!(l.take(1_000_000, &b), Ok(()));
        assert_eq!(l.take(1_000_000, &b), Err(1));
    }

    #[test]
    fn one_empty_bucket_leaves_the_others_untouched() {
        let mut l = Limiter::default();
        let both = vec![
            ("a".into(), Some(Rate::new(1, 5_000))),
            ("b".into(), Some(Rate::new(2, 1_000))),
        ];
        assert_eq!(l.take(0, &both), Ok(()));
        assert_eq!(l.take(0, &both), Err(5));
        assert_eq!(l.take(0, &both[1..]), Ok(()));
        assert_eq!(l.take(0, &both[1..]), Err(1));
    }
}
