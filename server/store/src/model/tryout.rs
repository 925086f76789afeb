//! Trying rules: the events of an entity and trigger, runs on one of them, and backtests over many.

use leadbell_domain::{
    BacktestId, Blocks, EntityId, EventId, Forecast, Judged, Level, Platform, Rule, RuleDraft, RuleId,
    Target, TestRunId, Timestamp, Trigger,
};
use serde::{Deserialize, Serialize};

use super::{Actor, RuleScopes};

/// Events of one trigger that happened to one product, campaign or publisher, in the order of their arrival.
#[derive(Clone, Debug)]
pub struct EventsOf {
    /// The kind of entity.
    pub level: Level,
    /// Which one.
    pub entity: EntityId,
    /// What happened.
    pub trigger: Trigger,
    /// From this arrival on, UTC milliseconds.
    pub from: Timestamp,
    /// Before this one.
    pub until: Timestamp,
}

/// An event as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When, UTC milliseconds.
    pub at: Timestamp,
    /// The event as sent.
    pub body: String,
}

/// A part of the events of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrivals {
    /// In their order.
    pub events: Vec<Arrival>,
    /// From where the next part goes on; `None` when this was the last.
    pub next: Option<Timestamp>,
}

/// Where the values of a test run came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestSource {
    /// The sample of the trigger.
    Sample,
    /// An event that had happened.
    Event,
    /// JSON that somebody pasted or sent.
    Pasted,
}

impl TestSource {
    /// Every source.
    pub const ALL: [TestSource; 3] = [TestSource::Sample, TestSource::Event, TestSource::Pasted];

    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            TestSource::Sample => "sample",
            TestSource::Event => "event",
            TestSource::Pasted => "pasted",
        }
    }

    /// The source of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<TestSource> {
        TestSource::ALL.into_iter().find(|source| source.key() == key)
    }
}

/// What kept a rule from firing, or did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestVerdict {
    /// Every filter.
    pub filters: Vec<Judged>,
    /// What else was in the way.
    pub obstacles: Vec<String>,
    /// Whether the message says amounts. Of runs from before this was kept, nobody knows.
    #[serde(default = "perhaps")]
    pub tells_money: bool,
}

fn perhaps() -> bool {
    true
}

/// What Slack made of a message sent by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestAnswer {
    /// Whether it posted it.
    pub ok: bool,
    /// What it said, in words.
    pub said: String,
    /// What was mended on the way.
    pub note: Option<String>,
}

/// A rule that was tried on an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestRun {
    /// Id; its order is the order in time.
    pub id: TestRunId,
    /// When, UTC milliseconds.
    pub made_at: Timestamp,
    /// Who tried it.
    pub actor: Actor,
    /// Where the rule lives.
    pub level: Level,
    /// On which entity.
    pub entity: EntityId,
    /// What it waits for.
    pub trigger: Trigger,
    /// The rule with its number and version; `None` for one that was still in the form.
    pub rule: Option<(RuleId, i64, i64)>,
    /// Its name at the time; may be empty.
    pub rule_name: String,
    /// Where its messages go.
    pub target: Target,
    /// Where the values came from.
    pub source: TestSource,
    /// The sender's id of the event.
    pub event_id: EventId,
    /// Placeholders whose values were typed.
    pub typed: Vec<String>,
    /// Whether it would have fired.
    pub fires: bool,
    /// Why, or why not.
    pub verdict: TestVerdict,
    /// The message.
    pub text: String,
    /// The card around it, where the rule has one.
    pub blocks: Option<Blocks>,
    /// Whether the message may hold personal data unmasked.
    pub shows_personal_data: bool,
    /// Slack's answer, if it was sent.
    pub sent: Option<TestAnswer>,
}

/// A page of test runs, newest first. What is not named does not narrow.
#[derive(Clone, Debug, Default)]
pub struct TestRunQuery {
    /// The rules whose runs the asker reaches.
    pub scopes: RuleScopes,
    /// Only this one.
    pub id: Option<TestRunId>,
    /// Only those of this rule.
    pub rule: Option<RuleId>,
    /// Only those of the rule of this number.
    pub rule_number: Option<i64>,
    /// Only those of people whose name holds this.
    pub who: String,
    /// Only those that would have fired, or would not.
    pub fires: Option<bool>,
    /// Only those made from this moment on, UTC milliseconds.
    pub from: Option<Timestamp>,
    /// Only those made before this moment.
    pub until: Option<Timestamp>,
    /// Only those before this one (the last one of the page before).
    pub before: Option<TestRunId>,
    /// Rows at most.
    pub limit: i64,
}

/// Where a backtest stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BacktestStatus {
    /// It reads.
    Running,
    /// Its result is there.
    Done,
    /// Somebody stopped it.
    Cancelled,
    /// It was cut short.
    Failed,
}

impl BacktestStatus {
    /// Every status.
    pub const ALL: [BacktestStatus; 4] = [
        BacktestStatus::Running,
        BacktestStatus::Done,
        BacktestStatus::Cancelled,
        BacktestStatus::Failed,
    ];

    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            BacktestStatus::Running => "running",
            BacktestStatus::Done => "done",
            BacktestStatus::Cancelled => "cancelled",
            BacktestStatus::Failed => "failed",
        }
    }

    /// The status of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<BacktestStatus> {
        BacktestStatus::ALL.into_iter().find(|status| status.key() == key)
    }
}

/// What came out of a backtest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacktestResult {
    /// In numbers.
    pub forecast: Forecast,
    /// Some messages as they would have been.
    pub samples: Vec<String>,
}

/// A rule that is tried on the events of the last days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backtest {
    /// Id.
    pub id: BacktestId,
    /// Whose it is: nobody else sees it.
    pub owner: String,
    /// The rule in the form, if it is not saved like this: without any token.
    pub draft: Option<RuleDraft>,
    /// Which rule; `None` for a new one.
    pub rule_id: Option<RuleId>,
    /// Its number; 0 for a new one.
    pub rule_number: i64,
    /// Its version; 0 for a new one.
    pub rule_version: i64,
    /// The rule that is tried.
    pub rule: Rule,
    /// How many days back.
    pub days: u32,
    /// The first arrival that counts, UTC milliseconds.
    pub from: Timestamp,
    /// The first that does not.
    pub until: Timestamp,
    /// Where it stands.
    pub status: BacktestStatus,
    /// Everything before this moment is judged.
    pub reached: Timestamp,
    /// Events judged.
    pub judged: i64,
    /// How many of them would have made it fire.
    pub matched: i64,
    /// What came out.
    pub result: Option<BacktestResult>,
    /// When it began, UTC milliseconds.
    pub created_at: Timestamp,
    /// When it last told how far it is.
    pub updated_at: Timestamp,
}

impl Backtest {
    /// What it is about: its platform narrows who may see it.
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.rule.trigger.platform()
    }
}

/// How far a backtest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Everything before this moment is judged.
    pub at: Timestamp,
    /// Events judged.
    pub judged: i64,
    /// How many of them would have made it fire.
    pub matched: i64,
}

/// How many backtests may run at once.
#[derive(Clone, Copy, Debug)]
pub struct BacktestLimits {
    /// Of one person.
    pub own: i64,
    /// In all.
    pub all: i64,
    /// One that told nothing since then is dead and counts no more, UTC milliseconds.
    pub alive_since: Timestamp,
}
