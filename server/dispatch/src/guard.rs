//! Keeps each connection below Slack's bound per workspace, and pauses it when Slack says "too much" twice.
//!
//! The pace per channel is the store's; this is about all channels of a token together. It lives in memory: after
//! a restart the worst is one more 429, which is obeyed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use leadbell_domain::{ConnectionId, DeliveryId, DestinationId, Timestamp};

/// Messages that may go at once after a pause, in parts of a minute's allowance: a tenth.
const BURST_PART: i64 = 10;
/// Two channels told "too much" within this time, milliseconds, mean the whole workspace.
const SECOND_LIMIT_WITHIN_MS: i64 = 10_000;
/// How late a delivery may come back for its place in the row, milliseconds. Later it queues anew, so that places
/// piled up during a standstill do not all go at once.
const PLACE_KEPT_MS: i64 = 5_000;

/// Whether a delivery may be sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Now.
    Go,
    /// Not before this moment, UTC milliseconds; its place is kept.
    NotBefore(Timestamp),
}

/// All connections of this process.
#[derive(Debug)]
pub(crate) struct ConnectionGuard {
    /// Milliseconds per message; 0 for no bound.
    interval_ms: i64,
    burst_ms: i64,
    connections: Mutex<HashMap<ConnectionId, Pacing>>,
}

#[derive(Debug, Default)]
struct Pacing {
    /// Generic cell rate: when the allowance would be whole again.
    full_again: Timestamp,
    paused_until: Timestamp,
    /// The last 429: where, and when.
    limited: Option<(DestinationId, Timestamp)>,
    /// Deliveries sent away with a place in the row.
    places: HashMap<DeliveryId, Timestamp>,
}

impl ConnectionGuard {
    pub fn new(per_minute: Option<u32>) -> Self {
        let interval_ms = per_minute.map_or(0, |n| 60_000 / i64::from(n.max(1)));
        // The first message of a burst is the one that is due anyway.
        let burst_ms = if interval_ms == 0 {
            0
        } else {
            (60_000 / BURST_PART - interval_ms).max(0)
        };
        Self {
            interval_ms,
            burst_ms,
            connections: Mutex::new(HashMap::new()),
        }
    }

    /// Asks for one message.
    pub fn admit(&self, connection: &ConnectionId, delivery: &DeliveryId, now: Timestamp) -> Admission {
        let mut all = self.lock();
        let pacing = all.entry(connection.clone()).or_default();
        let place = pacing.places.remove(delivery);
        if now >= pacing.paused_until && place.is_some_and(|at| (at..at + PLACE_KEPT_MS).contains(&now)) {
            return Admission::Go;
        }
        let at = (pacing.full_again - self.burst_ms).max(pacing.paused_until);
        if at <= now {
            pacing.full_again = pacing.full_again.max(now) + self.interval_ms;
            return Admission::Go;
        }
        pacing.full_again = pacing.full_again.max(at + self.burst_ms) + self.interval_ms;
        pacing.places.retain(|_, at| *at + PLACE_KEPT_MS > now);
        pacing.places.insert(delivery.clone(), at);
        Admission::NotBefore(at)
    }

    /// Tells of a 429 to chat.postMessage. The second from another destination pauses the whole connection.
    pub fn limited(
        &self,
        connection: &ConnectionId,
        destination: &DestinationId,
        now: Timestamp,
        until: Timestamp,
    ) {
        let mut all = self.lock();
        let pacing = all.entry(connection.clone()).or_default();
        let before = pacing.limited.replace((destination.clone(), now));
        if before.is_some_and(|(other, at)| other != *destination && now - at < SECOND_LIMIT_WITHIN_MS) {
            pacing.paused_until = pacing.paused_until.max(until);
            tracing::warn!(%connection, until, "Slack limits the whole workspace: this connection pauses");
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConnectionId, Pacing>> {
        // Every change above is complete before anything could panic.
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Admission::{Go, NotBefore};

    fn uuid(n: u32) -> String {
        format!("00000000-0000-7000-8000-{n:012}")
    }

    fn connection(n: u32) -> ConnectionId {
        ConnectionId::new(uuid(n)).unwrap()
    }

    fn place(n: u32) -> DestinationId {
        DestinationId::new(uuid(n)).unwrap()
    }

    struct Bench(ConnectionGuard);

    impl Bench {
        fn ask(&self, delivery: u32, now: Timestamp) -> Admission {
            self.0
                .admit(&connection(1), &DeliveryId::new(uuid(delivery)).unwrap(), now)
        }
    }

    #[test]
    fn after_the_burst_everyone_gets_a_place_in_the_row_and_keeps_it() {
        // 60 a minute: six at once, then one a second.
        let bench = Bench(ConnectionGuard::new(Some(60)));
        let start = 1_000_000;
        for n in 0..6 {
            assert_eq!(bench.ask(n, start), Go, "{n}");
        }
        assert_eq!(bench.ask(6, start), NotBefore(start + 1_000));
        assert_eq!(bench.ask(7, start), NotBefore(start + 2_000));
        assert_eq!(bench.ask(6, start + 1_000), Go);
        // A newcomer does not take the place of one who waits.
        assert_eq!(bench.ask(8, start + 2_000), NotBefore(start + 3_000));
        assert_eq!(bench.ask(7, start + 2_000), Go);
    }

    #[test]
    fn a_place_not_taken_in_time_is_lost() {
        let bench = Bench(ConnectionGuard::new(Some(60)));
        for n in 0..6 {
            bench.ask(n, 0);
        }
        assert_eq!(bench.ask(6, 0), NotBefore(1_000));
        for n in 10..16 {
            assert_eq!(bench.ask(n, 60_000), Go);
        }
        assert_eq!(bench.ask(6, 60_000), NotBefore(61_000));
    }

    #[test]
    fn connections_do_not_hinder_each_other() {
        let bench = Bench(ConnectionGuard::new(Some(10)));
        assert_eq!(bench.ask(1, 0), Go);
        assert!(matches!(bench.ask(2, 0), NotBefore(_)));
        let other = bench
            .0
            .admit(&connection(2), &DeliveryId::new(uuid(3)).unwrap(), 0);
        assert_eq!(other, Go);
    }

    #[test]
    fn one_channels_limit_is_its_own_and_two_channels_pause_the_connection() {
        let bench = Bench(ConnectionGuard::new(None));
        bench.0.limited(&connection(1), &place(1), 0, 30_000);
        bench.0.limited(&connection(1), &place(1), 5_000, 35_000);
        assert_eq!(bench.ask(1, 6_000), Go);
        bench.0.limited(&connection(1), &place(2), 9_000, 39_000);
        assert_eq!(bench.ask(2, 9_001), NotBefore(39_000));
        assert_eq!(bench.ask(3, 38_999), NotBefore(39_000));
        assert_eq!(bench.ask(2, 39_000), Go);
        assert_eq!(bench.ask(9, 39_000), Go);
    }

    #[test]
    fn limits_far_apart_do_not_pause() {
        let bench = Bench(ConnectionGuard::new(None));
        bench.0.limited(&connection(1), &place(1), 0, 30_000);
        bench.0.limited(&connection(1), &place(2), 10_000, 40_000);
        assert_eq!(bench.ask(1, 10_001), Go);
    }
}
