//! Slows down password guessing: after some failures an address has to wait. Known and unknown addresses alike.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use leadbell_domain::Timestamp;

/// Failures within the window before waiting begins.
const FREE_TRIES: usize = 10;
/// The window, milliseconds.
const WINDOW_MS: i64 = 15 * 60 * 1_000;
/// Addresses remembered at most; the oldest go first.
const MAX_ADDRESSES: usize = 10_000;

/// Failed logins by e-mail address.
#[derive(Default)]
pub struct Throttle {
    failures: Mutex<HashMap<String, Vec<Timestamp>>>,
}

impl Throttle {
    /// Whether this address may try now.
    pub fn may_try(&self, address: &str, now: Timestamp) -> bool {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures
            .get(address)
            .is_none_or(|times| recent(times, now) < FREE_TRIES)
    }

    /// Remembers a failure.
    pub fn failed(&self, address: &str, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MAX_ADDRESSES {
            failures.retain(|_, times| recent(times, now) > 0);
            if failures.len() >= MAX_ADDRESSES {
                failures.clear();
            }
        }
        let times = failures.entry(address.to_owned()).or_default();
        times.retain(|time| now - time < WINDOW_MS);
        times.push(now);
    }

    /// Forgets the failures of an address that got in.
    pub fn succeeded(&self, address: &str) {
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(address);
    }
}

fn recent(times: &[Timestamp], now: Timestamp) -> usize {
    times.iter().filter(|time| now - **time < WINDOW_MS).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_close_the_door_for_a_quarter_of_an_hour() {
        let throttle = Throttle::default();
        for at in 0..10 {
            assert!(throttle.may_try("a@x", at));
            throttle.failed("a@x", at);
        }
        assert!(!throttle.may_try("a@x", 10));
        assert!(throttle.may_try("b@x", 10));
        assert!(throttle.may_try("a@x", WINDOW_MS + 10));
        throttle.succeeded("a@x");
        assert!(throttle.may_try("a@x", 10));
    }
}
