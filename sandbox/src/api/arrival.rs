//! One call from its arrival to its answer: what the faults say, the work, the log.

use tokio::sync::watch;

use super::received::Received;
use super::wire::{Wire, Work};
use super::{run, verdict};
use crate::faults::{Facts, Verdict, What};
use crate::state::{Event, Shared};

/// A call that came in, and what faults will do to it.
pub(super) struct Arrival {
    seq: u64,
    at_ms: i64,
    pub verdict: Verdict,
}

/// A call whose answer is held back.
pub(super) struct Held {
    pub seq: u64,
    /// The fault that holds it.
    by: u64,
    releases: watch::Receiver<u64>,
}

impl Held {
    /// Returns when every held call is let go, or the fault was switched off.
    pub async fn wait(&self, shared: &Shared) {
        let mut releases = self.releases.clone();
        let before = *releases.borrow();
        while *releases.borrow_and_update() == before && !shared.lock().faults.lets_go(self.by) {
            // The sender lives in `shared`, which the caller holds, so the wait can end only by a release.
            let _ = releases.changed().await;
        }
    }
}

/// Numbers the call and asks the faults. A call that will be delayed is in the log from now on.
pub(super) fn arrive(shared: &Shared, received: &Received) -> Arrival {
    let mut state = shared.lock();
    let state = &mut *state;
    let at_ms = shared.now();
    state.received += 1;
    let seq = state.received;
    let mut verdict = Verdict::default();
    if state.faults.count_on(at_ms) > 0 {
        let (token, target) = (received.token.as_deref(), received.args.target());
        let facts = Facts::new(&received.method, token, target, &state.workspace);
        verdict = state.faults.decide(&facts, at_ms);
    }
    if verdict.wait_ms.0 > 0 {
        let mut record = received.call(seq, at_ms, &state.workspace);
        record.injected = true;
        state.calls.push(record);
        shared.tick(state);
    }
    if verdict.ended {
        shared.announce(state, Event::Faults);
    } else if !verdict.hit.is_empty() {
        shared.announce(state, Event::FaultHits(verdict.hit.clone()));
    }
    Arrival { seq, at_ms, verdict }
}

/// Does the work, makes the answer and writes the log.
pub(super) fn answer(shared: &Shared, received: &Received, arrival: Arrival) -> (Wire, Option<Held>) {
    let mut state = shared.lock();
    let state = &mut *state;
    let Arrival { seq, at_ms, verdict } = arrival;
    let delayed = verdict.wait_ms.0 > 0;
    let injected = verdict.answer.is_some() || verdict.wait_ms != (0, 0);
    let work = match &verdict.answer {
        Some(fault) if !fault.after_the_work => Work::none(seq),
        _ => run(shared, state, received, seq, verdict.honour_client_msg_id),
    };
    let ts = work.ts.clone();
    let mut held = None;
    let wire = match verdict.answer {
        None => work.into_wire(),
        Some(fault) => {
            if fault.what == What::Hang {
                // Subscribed while the state is locked: whoever sees the call in the log can release it.
                let releases = shared.releases.subscribe();
                let by = fault.by;
                held = Some(Held { seq, by, releases });
            }
            verdict::answer(fault.what, work, state, received)
        }
    };
    let mut record = received.call(seq, at_ms, &state.workspace);
    record.injected = injected;
    record.ts = ts;
    record.reply = held.is_none().then(|| wire.record());
    if let Some(reply) = record
        .reply
        .as_mut()
        .filter(|_| received.method == "oauth.v2.access")
    {
        // What it gives is nobody's to read.
        reply.body = if reply.error.is_some() {
            std::mem::take(&mut reply.body)
        } else {
            "(a token)".to_owned()
        };
    }
    if delayed {
        // Gone if the sandbox was reset meanwhile; then it stays gone.
        state.calls.edit(|c| c.seq == seq, |c| *c = record.clone());
    } else {
        state.calls.push(record.clone());
    }
    if record.is_refused() {
        if record.is_rate_limited() {
            state.rate_limited += 1;
        } else {
            state.refused += 1;
        }
        shared.announce(state, Event::Refused(record));
    } else {
        shared.tick(state);
    }
    (wire, held)
}
