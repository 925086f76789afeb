//! The sandbox's memory, shared by the API, the page and the handle.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, watch};

use crate::clock::Clock;
use crate::faults::Faults;
use crate::history::History;
use crate::limits::{Limiter, Limits};
use crate::oauth::OAuth;
use crate::record::{Call, Message};
use crate::workspace::Workspace;

/// Both histories together stay under about 64 MiB, whatever is posted.
const MAX_BYTES_EACH: usize = 32 * 1024 * 1024;
/// Events a slow page may fall behind before it has to reload.
const EVENT_BACKLOG: usize = 1_024;

/// Something a page or a waiting test wants to know.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// Posted.
    Message(Message),
    /// Edited.
    Updated(Message),
    /// A call was answered with anything but success.
    Refused(Call),
    /// Channels, members or tokens changed.
    Workspace,
    /// Faults were switched on or off, or are over.
    Faults,
    /// These faults hit a call.
    FaultHits(Vec<u64>),
    /// Everything was cleared.
    Reset,
}

/// What never changes after the start.
#[derive(Clone)]
pub(crate) struct Settings {
    pub clock: Clock,
    pub limits: Limits,
    pub honour_client_msg_id: bool,
    pub history: usize,
}

/// What changes.
pub(crate) struct State {
    pub workspace: Workspace,
    pub messages: History<Message>,
    pub calls: History<Call>,
    pub limiter: Limiter,
    pub faults: Faults,
    /// What "Add to Slack" handed out.
    pub oauth: OAuth,
    /// Messages posted since the start or the last reset, forgotten ones included.
    pub posted: u64,
    /// Calls received since the start; never starts again, so ids stay unique.
    pub received: u64,
    /// Messages ever posted; never starts again.
    pub message_seq: u64,
    /// Calls answered 429 since the start or the last reset.
    pub rate_limited: u64,
    /// Calls refused for another reason since then.
    pub refused: u64,
    /// Counts every change.
    pub version: u64,
    /// The last `ts` given in each channel, microseconds.
    last_ts: HashMap<String, i64>,
}

impl State {
    /// A `ts` for a message in `channel`: unique there and increasing, as Slack's are.
    pub fn next_ts(&mut self, channel: &str, now_ms: i64) -> String {
        let last = self.last_ts.entry(channel.to_owned()).or_insert(0);
        *last = (now_ms * 1_000).max(*last + 1);
        format!("{}.{:06}", *last / 1_000_000, *last % 1_000_000)
    }
}

/// State, settings and signals.
pub(crate) struct Shared {
    state: Mutex<State>,
    initial: Workspace,
    pub settings: Settings,
    version: watch::Sender<u64>,
    events: broadcast::Sender<Event>,
    /// Counts releases of held calls.
    pub releases: watch::Sender<u64>,
}

impl Shared {
    pub fn new(workspace: Workspace, settings: Settings) -> Arc<Self> {
        let state = State {
            workspace: workspace.clone(),
            messages: History::new(settings.history, MAX_BYTES_EACH),
            calls: History::new(settings.history.saturating_mul(2), MAX_BYTES_EACH),
            limiter: Limiter::default(),
            faults: Faults::default(),
            oauth: OAuth::default(),
            posted: 0,
            received: 0,
            message_seq: 0,
            rate_limited: 0,
            refused: 0,
            version: 0,
            last_ts: HashMap::new(),
        };
        Arc::new(Self {
            state: Mutex::new(state),
            initial: workspace,
            settings,
            version: watch::Sender::new(0),
            events: broadcast::Sender::new(EVENT_BACKLOG),
            releases: watch::Sender::new(0),
        })
    }

    pub fn now(&self) -> i64 {
        (self.settings.clock)()
    }

    /// A panic in another request must not take the sandbox down: the state is taken as it was left.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a change and tells everybody who waits or watches. Call it while still holding the state, so
    /// that events go out in the order of the changes.
    pub fn announce(&self, state: &mut State, event: Event) {
        state.version += 1;
        // Nobody listening is fine: there may be no page open.
        let _ = self.events.send(event);
        self.version.send_replace(state.version);
    }

    /// Counts a change that pages need not show (a successful call).
    pub fn tick(&self, state: &mut State) {
        state.version += 1;
        self.version.send_replace(state.version);
    }

    pub fn watch(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// A stream of events from now on, and the version they start after.
    pub fn subscribe(&self) -> (broadcast::Receiver<Event>, u64) {
        let state = self.lock();
        (self.events.subscribe(), state.version)
    }

    /// Back to the start: messages, calls, limits, faults and the workspace as it was built.
    pub fn reset(&self) {
        let mut state = self.lock();
        state.workspace = self.initial.clone();
        state.messages.clear();
        state.calls.clear();
        state.limiter.clear();
        state.faults.clear();
        state.oauth = OAuth::default();
        (state.posted, state.rate_limited, state.refused) = (0, 0, 0);
        // `last_ts` stays: a `ts` handed out before must not come again.
        self.announce(&mut state, Event::Reset);
        drop(state);
        self.look_again();
    }

    /// Changes the faults and tells the pages.
    pub fn change_faults<T>(&self, change: impl FnOnce(&mut Faults, i64) -> T) -> T {
        let now_ms = self.now();
        let mut state = self.lock();
        let result = change(&mut state.faults, now_ms);
        self.announce(&mut state, Event::Faults);
        drop(state);
        self.look_again();
        result
    }

    /// Lets held calls see whether the fault that holds them was switched off.
    fn look_again(&self) {
        self.releases.send_modify(|_| ());
    }
}
