//! Keeps each connection below Slack's bound per workspace, and pauses it when Slack says "too much" twice.
//!
//! The pace per channel is the store's; this is about all channels of a token together. Slack names no number, so the
//! rate finds it: two channels told "too much" at once halve it, every calm minute raises it by a step, up to the
//! configured ceiling. It lives in memory: after a restart the worst is one more 429, which is obeyed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use leadbell_domain::{ConnectionId, DeliveryId, DestinationId, Timestamp};

/// Messages that may go at once after a pause, in parts of a minute's allowance: a tenth.
const BURST_PART: i64 = 10;
/// Two channels told "too much" within this time, milliseconds, mean the whole workspace.
const SECOND_LIMIT_WITHIN_MS: i64 = 10_000;
/// The rate never falls below this, messages per minute: one every two seconds still empties a queue.
const LOWEST_PER_MINUTE: i64 = 30;
/// A calm minute raises the rate by so much of the ceiling: a tenth.
const STEP_PART: i64 = 10;
const MINUTE_MS: i64 = 60_000;
/// How late a delivery may come back for its place in the row, milliseconds. Later it queues anew, so that places
/// piled up during a standstill do not all go at once.
const PLACE_KEPT_MS: i64 = 5_000;
/// A time before the last one by more than this, milliseconds, tells that the clock was set back.
const SAME_CLOCK_MS: i64 = 5_000;

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
    /// Messages per minute at most; `None` for no bound.
    ceiling: Option<i64>,
    connections: Mutex<HashMap<ConnectionId, Pacing>>,
}

#[derive(Debug)]
struct Pacing {
    /// Messages per minute at present; `None` for no bound.
    rate: Option<i64>,
    /// Since when it has been calm: the last halving, or the last step since then.
    calm_since: Timestamp,
    /// No further halving before: calls that were under way together are one piece of news.
    halved_until: Timestamp,
    /// Generic cell rate: when the allowance would be whole again.
    full_again: Timestamp,
    paused_until: Timestamp,
    /// The last 429: where, and when.
    limited: Option<(DestinationId, Timestamp)>,
    /// Deliveries sent away with a place in the row.
    places: HashMap<DeliveryId, Timestamp>,
    /// The latest time asked at.
    seen: Timestamp,
}

impl Pacing {
    fn new(ceiling: Option<i64>) -> Self {
        Self {
            rate: ceiling,
            calm_since: 0,
            halved_until: 0,
            full_again: 0,
            paused_until: 0,
            limited: None,
            places: HashMap::new(),
            seen: 0,
        }
    }

    /// Takes note of the time. If the clock was set back, everything moves back with it: waits stay as long as they were.
    fn note(&mut self, now: Timestamp) {
        let by = self.seen.saturating_sub(now);
        // Tasks tell their own times, a little before or after each other's.
        if by <= SAME_CLOCK_MS {
            self.seen = self.seen.max(now);
            return;
        }
        self.seen = now;
        for time in [
            &mut self.calm_since,
            &mut self.halved_until,
            &mut self.full_again,
            &mut self.paused_until,
        ] {
            *time -= by;
        }
        if let Some((_, at)) = &mut self.limited {
            *at -= by;
        }
        for at in self.places.values_mut() {
            *at -= by;
        }
    }

    /// Milliseconds per message, and how much of them may be used ahead; both 0 without a bound.
    fn interval_and_burst(&self) -> (i64, i64) {
        let Some(rate) = self.rate else { return (0, 0) };
        let interval = MINUTE_MS / rate.max(1);
        // The first message of a burst is the one that is due anyway.
        (interval, (MINUTE_MS / BURST_PART - interval).max(0))
    }

    /// Raises the rate by a step for every calm minute; answers whether it changed.
    fn recover(&mut self, ceiling: Option<i64>, now: Timestamp) -> bool {
        let (Some(rate), Some(ceiling)) = (self.rate, ceiling) else {
            return false;
        };
        let minutes = (now - self.calm_since) / MINUTE_MS;
        if rate >= ceiling || minutes <= 0 {
            return false;
        }
        let step = (ceiling / STEP_PART).max(1);
        self.rate = Some(rate.saturating_add(step.saturating_mul(minutes)).min(ceiling));
        self.calm_since += minutes * MINUTE_MS;
        true
    }

    /// Halves the rate, unless that was done for the same news already; answers whether it changed.
    fn halve(&mut self, ceiling: Option<i64>, now: Timestamp, until: Timestamp) -> bool {
        self.calm_since = until.max(now);
        let (Some(rate), Some(ceiling)) = (self.rate, ceiling) else {
            return false;
        };
        if now < self.halved_until {
            return false;
        }
        self.halved_until = until.max(now + SECOND_LIMIT_WITHIN_MS);
        self.rate = Some((rate / 2).max(LOWEST_PER_MINUTE.min(ceiling)));
        true
    }
}

fn tell_rate(connection: &ConnectionId, rate: Option<i64>) {
    if let Some(rate) = rate {
        #[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
        metrics::gauge!("leadbell_connection_rate_per_minute", "connection" => connection.to_string())
            .set(rate as f64);
    }
}

impl ConnectionGuard {
    pub fn new(per_minute: Option<u32>) -> Self {
        Self {
            ceiling: per_minute.map(|n| i64::from(n.max(1))),
            connections: Mutex::new(HashMap::new()),
        }
    }

    /// Asks for one message.
    pub fn admit(&self, connection: &ConnectionId, delivery: &DeliveryId, now: Timestamp) -> Admission {
        let mut all = self.lock();
        let pacing = all
            .entry(connection.clone())
            .or_insert_with(|| Pacing::new(self.ceiling));
        pacing.note(now);
        if pacing.recover(self.ceiling, now) {
            tell_rate(connection, pacing.rate);
        }
        let (interval_ms, burst_ms) = pacing.interval_and_burst();
        let place = pacing.places.remove(delivery);
        if now >= pacing.paused_until && place.is_some_and(|at| (at..at + PLACE_KEPT_MS).contains(&now)) {
            return Admission::Go;
        }
        let at = (pacing.full_again - burst_ms).max(pacing.paused_until);
        if at <= now {
            pacing.full_again = pacing.full_again.max(now) + interval_ms;
            return Admission::Go;
        }
        pacing.full_again = pacing.full_again.max(at + burst_ms) + interval_ms;
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
        let pacing = all
            .entry(connection.clone())
            .or_insert_with(|| Pacing::new(self.ceiling));
        pacing.note(now);
        let before = pacing.limited.replace((destination.clone(), now));
        if before.is_some_and(|(other, at)| other != *destination && now - at < SECOND_LIMIT_WITHIN_MS) {
            pacing.paused_until = pacing.paused_until.max(until);
            if pacing.halve(self.ceiling, now, until) {
                tell_rate(connection, pacing.rate);
            }
            let rate = pacing.rate;
            tracing::warn!(%connection, until, rate, "Slack limits the whole workspace: this connection pauses");
        }
    }

    /// Until when the whole connection pauses, UTC milliseconds; 0 when it never did.
    pub fn paused_until(&self, connection: &ConnectionId) -> Timestamp {
        self.lock()
            .get(connection)
            .map_or(0, |pacing| pacing.paused_until)
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

    impl Bench {
        fn rate(&self) -> i64 {
            self.0.lock()[&connection(1)].rate.unwrap()
        }

        /// Two channels are told "too much", and to wait until then.
        fn limit_both(&self, now: Timestamp, until: Timestamp) {
            self.0.limited(&connection(1), &place(1), now, until);
            self.0.limited(&connection(1), &place(2), now, until);
        }
    }

    #[test]
    fn a_limit_of_the_workspace_halves_the_rate_once_and_never_below_the_floor() {
        let bench = Bench(ConnectionGuard::new(Some(300)));
        bench.limit_both(0, 20_000);
        assert_eq!(bench.rate(), 150);
        // Those that were under way at the same time are the same news.
        bench.0.limited(&connection(1), &place(3), 1_000, 20_000);
        assert_eq!(bench.rate(), 150);
        for n in 1..9 {
            bench.limit_both(n * 20_000, (n + 1) * 20_000);
        }
        assert_eq!(bench.rate(), 30);
        // A ceiling below the floor stays what it is.
        let slow = Bench(ConnectionGuard::new(Some(10)));
        slow.limit_both(0, 20_000);
        assert_eq!(slow.rate(), 10);
    }

    #[test]
    fn calm_minutes_raise_the_rate_step_by_step_to_the_ceiling() {
        let bench = Bench(ConnectionGuard::new(Some(300)));
        bench.limit_both(0, 20_000);
        bench.ask(1, 79_999);
        assert_eq!(bench.rate(), 150, "the wait itself is not calm");
        bench.ask(2, 80_000);
        assert_eq!(bench.rate(), 180);
        bench.ask(3, 200_000);
        assert_eq!(bench.rate(), 240);
        bench.ask(4, 86_400_000);
        assert_eq!(bench.rate(), 300);
        // One channel's limit is its own.
        bench.0.limited(&connection(1), &place(1), 90_000_000, 90_030_000);
        assert_eq!(bench.rate(), 300);
    }

    #[test]
    fn at_half_the_rate_messages_go_half_as_fast() {
        let bench = Bench(ConnectionGuard::new(Some(120)));
        bench.limit_both(0, 1_000);
        assert_eq!(bench.rate(), 60);
        for n in 0..6 {
            assert_eq!(bench.ask(n, 2_000), Go, "{n}");
        }
        assert_eq!(bench.ask(6, 2_000), NotBefore(3_000));
        assert_eq!(bench.ask(7, 2_000), NotBefore(4_000));
    }

    #[test]
    fn a_clock_that_jumps_back_harms_nothing() {
        let bench = Bench(ConnectionGuard::new(Some(60)));
        bench.limit_both(90_000_000, 90_020_000);
        for n in 0..3 {
            assert_eq!(bench.ask(n, 90_020_000), Go);
        }
        assert_eq!(
            (bench.rate(), bench.ask(4, 90_020_000)),
            (30, NotBefore(90_022_000))
        );
        // A day back: one waits its two seconds, not a day.
        assert_eq!(bench.ask(5, 3_620_000), NotBefore(3_624_000));
        assert_eq!(bench.ask(4, 3_622_000), Go);
        bench.limit_both(3_700_000, 3_720_000);
        assert_eq!(bench.ask(6, 3_701_000), NotBefore(3_720_000));
        assert_eq!(bench.ask(6, 1_000), NotBefore(22_000));
        assert_eq!(bench.rate(), 30);
    }

    #[test]
    fn limits_far_apart_do_not_pause() {
        let bench = Bench(ConnectionGuard::new(None));
        bench.0.limited(&connection(1), &place(1), 0, 30_000);
        bench.0.limited(&connection(1), &place(2), 10_000, 40_000);
        assert_eq!(bench.ask(1, 10_001), Go);
    }
}
