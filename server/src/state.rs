//! What every request can reach: the store, the rules in force, the sender, the settings.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering, fence};

use leadbell_dispatch::{Clock, SlackApp, SlackClient, WakeHandle};
use leadbell_store::{Store, StoreError};
use tokio::sync::Mutex;

use crate::backtest::Jobs;
use crate::engine::RuleSet;
use crate::export::Exports;
use crate::ingest::Committer;
use crate::settings::LiveSettings;

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The rules in force.
    pub rules: Arc<LiveRules>,
    /// What the house settled for itself.
    pub settings: Arc<LiveSettings>,
    /// Writes events in groups.
    pub committer: Committer,
    /// Tells the sender that there is work.
    pub wake: WakeHandle,
    /// Talks to Slack, for checking tokens.
    pub slack: SlackClient,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The Slack app that people add, if there is one.
    pub slack_app: Option<Arc<SlackApp>>,
    /// Backtests of this server.
    pub backtests: Jobs,
    /// Exports of this server.
    pub exports: Exports,
    /// How people reach us, without a trailing slash.
    pub public_url: Arc<str>,
}

/// The index of active rules, kept equal to the store's.
pub struct LiveRules {
    set: RuleSet,
    version: AtomicI64,
    /// Odd while changed rules are put into force.
    turn: AtomicU64,
    // Changes are fetched and applied one at a time, so that an older answer can't overtake a newer one.
    refreshing: Mutex<()>,
}

impl LiveRules {
    /// Loads every rule.
    pub async fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let live = Self {
            set: RuleSet::default(),
            version: AtomicI64::new(0),
            turn: AtomicU64::new(0),
            refreshing: Mutex::new(()),
        };
        live.refresh(store).await?;
        Ok(live)
    }

    /// The index.
    #[must_use]
    pub fn set(&self) -> &RuleSet {
        &self.set
    }

    /// Judges by the rules of one version of the rule set, and tells which: none of them is from before it, none from
    /// after it. Where rules change meanwhile, it is judged again; they change by a few pointers.
    pub fn judge<T>(&self, judge: impl Fn(&RuleSet) -> T) -> (T, i64) {
        loop {
            let turn = self.turn.load(Ordering::Acquire);
            if turn.is_multiple_of(2) {
                let version = self.version.load(Ordering::Acquire);
                let judged = judge(&self.set);
                fence(Ordering::Acquire);
                if self.turn.load(Ordering::Relaxed) == turn {
                    return (judged, version);
                }
            }
            std::thread::yield_now();
        }
    }

    /// Takes over what changed since the last time. When this returns, every change committed before the call is in
    /// force.
    pub async fn refresh(&self, store: &dyn Store) -> Result<(), StoreError> {
        let _turn = self.refreshing.lock().await;
        let changes = store.rule_changes(self.version.load(Ordering::Acquire)).await?;
        let deleted: Vec<_> = changes
            .deleted
            .into_iter()
            .map(|(id, _, entity, _)| (id, entity))
            .collect();
        let prepared = self.set.prepare(changes.changed, &deleted);
        self.turn.fetch_add(1, Ordering::AcqRel);
        fence(Ordering::SeqCst);
        self.set.put(prepared);
        self.version.store(changes.version, Ordering::Release);
        self.turn.fetch_add(1, Ordering::Release);
        Ok(())
    }

    /// Refreshes if the store's rules are newer: another server may have changed them.
    pub async fn refresh_if_stale(&self, store: &dyn Store) -> Result<(), StoreError> {
        if store.rules_version().await? != self.version.load(Ordering::Acquire) {
            self.refresh(store).await?;
        }
        Ok(())
    }
}
