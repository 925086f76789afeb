//! Lines of state below the first messages of threads: brought up to date while nothing waits to be sent.
//!
//! An update says the same however often it arrives, so a time-out is simply tried again. What can't be updated is
//! dropped with a trace: the messages themselves have gone out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use leadbell_domain::{ConnectionId, SlackFailure, Timestamp, classify_slack_error};
use leadbell_store::{LineEnd, LineUpdate, Store};
use tokio::sync::OwnedSemaphorePermit;

use crate::clock::Clock;
use crate::guard::{Admission, ConnectionGuard};
use crate::outcome::{Verdict, judge};
use crate::signals::{Reporter, WakeHandle};
use crate::slack::SlackClient;

/// Updates under way at once: few, for messages need the sockets more.
pub(crate) const AT_ONCE: usize = 4;
/// How long nothing is looked for when all that is due must wait for its destination, milliseconds.
pub(crate) const REST_MS: i64 = 1_000;
/// Slack allows an app 50 calls of chat.update a minute and workspace (Tier 3): one in two seconds leaves room for
/// another server, and for what people's tokens share.
const INTERVAL_MS: i64 = 2_000;
/// Updates that may go at once after a pause.
const BURST: i64 = 5;
/// Tries for one state of a line, and the wait after the first of them, milliseconds; it doubles.
const TRIES: u32 = 5;
const FIRST_WAIT_MS: i64 = 10_000;

/// How many updates each connection may make: a budget of their own, because Slack counts each method apart.
#[derive(Debug, Default)]
pub(crate) struct LineBudget {
    /// When the allowance would be whole again, and until when Slack wants no update.
    connections: Mutex<HashMap<ConnectionId, (Timestamp, Timestamp)>>,
}

impl LineBudget {
    /// Asks for one update of a connection whose messages pause until then.
    pub fn admit(&self, connection: &ConnectionId, now: Timestamp, paused: Timestamp) -> Admission {
        let mut all = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let (full_again, limited) = all.entry(connection.clone()).or_default();
        let at = (*full_again - (BURST - 1) * INTERVAL_MS)
            .max(*limited)
            .max(paused);
        if at > now {
            return Admission::NotBefore(at);
        }
        *full_again = (*full_again).max(now) + INTERVAL_MS;
        Admission::Go
    }

    /// Slack wants no update until then.
    fn limited(&self, connection: &ConnectionId, until: Timestamp) {
        let mut all = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, limited) = all.entry(connection.clone()).or_default();
        *limited = (*limited).max(until);
    }
}

/// One update on its way.
pub(crate) struct LineJob {
    pub update: LineUpdate,
    pub store: Arc<dyn Store>,
    pub slack: SlackClient,
    pub clock: Arc<dyn Clock>,
    pub guard: Arc<ConnectionGuard>,
    pub budget: Arc<LineBudget>,
    pub wake: WakeHandle,
    pub reporter: Reporter,
}

impl LineJob {
    /// Makes it, and records what came of it. Cut off at any point it is made again when its time is over.
    pub async fn run(self, place: OwnedSemaphorePermit) {
        let end = self.made().await;
        let update = &self.update;
        let key = match &end {
            LineEnd::Told => "told",
            LineEnd::Later(_) => "later",
            LineEnd::Again(..) => "again",
            LineEnd::GivenUp(_) => "given_up",
            LineEnd::Closed(_) => "closed",
            LineEnd::Gone(_) => "gone",
        };
        metrics::counter!("leadbell_thread_lines_total", "outcome" => key).increment(1);
        match &end {
            LineEnd::Told | LineEnd::Later(_) => {
                tracing::debug!(parent = %update.parent, outcome = key, "a thread's line of state");
            }
            LineEnd::Again(_, code)
            | LineEnd::GivenUp(code)
            | LineEnd::Closed(code)
            | LineEnd::Gone(code) => {
                tracing::info!(parent = %update.parent, outcome = key, code, "a thread's line of state was not updated");
            }
        }
        let now = self.clock.now_ms();
        match self.store.finish_line(update, &end, now).await {
            Ok(_) => {}
            // Its time runs out, and it is made again.
            Err(error) => {
                tracing::warn!(parent = %update.parent, %error, "an update of a line was not recorded")
            }
        }
        drop(place);
        self.reporter.change(|progress| progress.lines += 1);
        self.wake.wake();
    }

    async fn made(&self) -> LineEnd {
        let update = &self.update;
        let now = self.clock.now_ms();
        let paused = self.guard.paused_until(&update.connection);
        if let Admission::NotBefore(at) = self.budget.admit(&update.connection, now, paused) {
            return LineEnd::Later(at);
        }
        let place = (update.channel.as_str(), update.ts.as_str());
        let within = self.slack.call_timeout();
        let called = self
            .slack
            .chat_update(
                &update.token,
                place,
                (&update.text, update.blocks.as_ref()),
                within,
            )
            .await;
        let now = self.clock.now_ms();
        let verdict = judge(&called);
        if let Verdict::RateLimited(wait) = verdict {
            self.budget.limited(&update.connection, now.saturating_add(wait));
        }
        end(verdict, update.tries, now)
    }
}

/// What an answer means for the line.
fn end(verdict: Verdict<'_>, tries: u32, now: Timestamp) -> LineEnd {
    let again = |code: String| {
        if tries + 1 >= TRIES {
            LineEnd::GivenUp(code)
        } else {
            LineEnd::Again(now.saturating_add(FIRST_WAIT_MS << tries), code)
        }
    };
    match verdict {
        Verdict::Yes(_) => LineEnd::Told,
        Verdict::RateLimited(wait) => LineEnd::Later(now.saturating_add(wait)),
        Verdict::Transient(code) | Verdict::Ambiguous(code) => again(code),
        Verdict::Permanent(code) | Verdict::Repeated(code) => match code.as_str() {
            "message_not_found" => LineEnd::Gone(code),
            "cant_update_message" | "edit_window_closed" => LineEnd::Closed(code),
            // A broken token is found out, and told, by the next message.
            _ if classify_slack_error(&code) == SlackFailure::Connection => again(code),
            _ => LineEnd::GivenUp(code),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(n: u32) -> ConnectionId {
        ConnectionId::new(format!("00000000-0000-7000-8000-{n:012}")).unwrap()
    }

    #[test]
    fn a_connection_has_a_budget_of_updates_of_its_own() {
        let budget = LineBudget::default();
        let start = 1_000_000;
        for n in 0..BURST {
            assert_eq!(budget.admit(&connection(1), start, 0), Admission::Go, "{n}");
        }
        let next = Admission::NotBefore(start + INTERVAL_MS);
        assert_eq!(budget.admit(&connection(1), start, 0), next);
        assert_eq!(
            budget.admit(&connection(1), start + 1, 0),
            next,
            "asking costs nothing"
        );
        assert_eq!(budget.admit(&connection(2), start, 0), Admission::Go);
        assert_eq!(
            budget.admit(&connection(1), start + INTERVAL_MS, 0),
            Admission::Go
        );
        let minute = (0..60_000)
            .step_by(100)
            .filter(|ms| budget.admit(&connection(3), start + ms, 0) == Admission::Go);
        assert!(minute.count() <= 35, "below Slack's 50 a minute");
    }

    #[test]
    fn an_update_waits_while_its_connection_pauses_or_slack_wants_none() {
        let budget = LineBudget::default();
        assert_eq!(budget.admit(&connection(1), 5, 900), Admission::NotBefore(900));
        budget.limited(&connection(1), 2_000);
        assert_eq!(
            budget.admit(&connection(1), 900, 900),
            Admission::NotBefore(2_000)
        );
        assert_eq!(budget.admit(&connection(1), 2_000, 900), Admission::Go);
    }

    #[test]
    fn what_may_pass_is_tried_a_few_times_and_what_may_not_is_dropped() {
        let timeout = || Verdict::Ambiguous("timeout".to_owned());
        assert_eq!(end(timeout(), 0, 5), LineEnd::Again(10_005, "timeout".to_owned()));
        assert_eq!(end(timeout(), 3, 5), LineEnd::Again(80_005, "timeout".to_owned()));
        assert_eq!(end(timeout(), 4, 5), LineEnd::GivenUp("timeout".to_owned()));
        assert_eq!(end(Verdict::RateLimited(7), 4, 5), LineEnd::Later(12));
        let refused = |code: &str| end(Verdict::Permanent(code.to_owned()), 0, 5);
        assert_eq!(
            refused("message_not_found"),
            LineEnd::Gone("message_not_found".to_owned())
        );
        assert_eq!(
            refused("edit_window_closed"),
            LineEnd::Closed("edit_window_closed".to_owned())
        );
        assert_eq!(
            refused("cant_update_message"),
            LineEnd::Closed("cant_update_message".to_owned())
        );
        assert_eq!(
            refused("token_revoked"),
            LineEnd::Again(10_005, "token_revoked".to_owned())
        );
        assert_eq!(refused("is_archived"), LineEnd::GivenUp("is_archived".to_owned()));
    }
}
