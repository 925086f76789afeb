//! Trying rules, as its pages show it.

use std::collections::BTreeMap;

use leadbell_domain::{
    Blocks, Civil, EntityId, EventId, Judged, Level, Platform, RuleDraft, RuleId, Timestamp, Trigger,
};

use super::EntityView;

/// The rule that somebody wants to try.
#[derive(Clone, Debug)]
pub struct TryRule {
    /// Where it lives.
    pub level: Level,
    /// On which entity.
    pub entity: EntityId,
    /// Which one; `None` for a new one.
    pub rule: Option<RuleId>,
    /// The version that is edited, when it is in its form.
    pub version: Option<i64>,
    /// What is in its form; `None` for the rule as it is stored.
    pub draft: Option<RuleDraft>,
}

/// An event that has happened, to choose.
#[derive(Clone, Debug)]
pub struct PastEvent {
    /// The sender's id.
    pub id: EventId,
    /// When it arrived.
    pub at: Timestamp,
    /// The lead or call.
    pub lead: String,
}

impl PastEvent {
    /// "23 Nov 2026, 20:15 UTC · Lead 90210".
    #[must_use]
    pub fn label(&self, platform: Platform) -> String {
        let clock = Civil::of(self.at);
        let what = match platform {
            Platform::Lms => "Lead",
            Platform::CallLogic => "Call",
        };
        format!("{}, {} UTC · {what} {}", clock.date(), clock.time(), self.lead)
    }
}

/// The page on which a rule is tried.
#[derive(Clone, Debug)]
pub struct TryPage {
    /// Where the rule lives.
    pub view: EntityView,
    /// The stored rule with its number; `None` for a new one.
    pub rule: Option<(RuleId, i64)>,
    /// Its name; may be empty.
    pub name: String,
    /// What it waits for.
    pub trigger: Trigger,
    /// The rule in a sentence.
    pub sentence: String,
    /// Where its messages go.
    pub destination: String,
    /// The placeholders whose values can be typed.
    pub values: Vec<String>,
    /// The last events of its entity and trigger.
    pub events: Vec<PastEvent>,
    /// Whether this role tries rules on such events.
    pub real_events: bool,
    /// Whether the person may really send its message.
    pub may_send: bool,
    /// His backtests of it, newest first.
    pub backtests: Vec<BacktestRow>,
}

/// What somebody typed on that page.
#[derive(Clone, Debug, Default)]
pub struct TryWish {
    /// `sample` (also when empty), `event` or `pasted`.
    pub source: String,
    /// The sender's id of the chosen event.
    pub event_id: String,
    /// The pasted JSON.
    pub pasted: String,
    /// Values by placeholder; empty ones count for nothing.
    pub typed: BTreeMap<String, String>,
    /// Whether the message is really sent.
    pub send: bool,
}

/// A test run.
#[derive(Clone, Debug)]
pub struct RunView {
    /// Id, for addresses.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who, in words for this viewer.
    pub who: String,
    /// The rule's number and version; `None` for one that was still in the form.
    pub rule: Option<(i64, i64)>,
    /// Its name; may be empty.
    pub rule_name: String,
    /// The rule in its list, for a stored one.
    pub rule_href: Option<String>,
    /// Where the rule lives: "Product 218".
    pub place: String,
    /// What it waits for.
    pub trigger: Trigger,
    /// Where the values came from, in words.
    pub source: &'static str,
    /// The sender's id of the event.
    pub event: String,
    /// Placeholders whose values were typed.
    pub typed: Vec<String>,
    /// Whether it would have fired.
    pub fires: bool,
    /// Every filter.
    pub filters: Vec<Judged>,
    /// What else was in the way.
    pub obstacles: Vec<String>,
    /// The message; `None` when the viewer may not see what it shows.
    pub text: Option<String>,
    /// The card around it, where the rule has one.
    pub blocks: Option<Blocks>,
    /// Where its messages go.
    pub destination: String,
    /// Slack's answer, if it was sent: whether it posted it, what it said, what was mended on the way.
    pub sent: Option<(bool, String, Option<String>)>,
}

/// Search and filters of the list of test runs; the address of the page holds the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of the form")]
pub struct RunSearch {
    pub rule: String,
    pub who: String,
    /// `yes` or `no`; empty for both.
    pub fires: String,
    pub from: String,
    pub until: String,
    /// The last run of the page before; empty for the newest.
    pub before: String,
}

/// A page of test runs.
#[derive(Clone, Debug)]
pub struct RunList {
    /// Newest first.
    pub rows: Vec<RunView>,
    /// The run after which older ones follow.
    pub next: Option<String>,
    /// Whether the list can be narrowed by who made them.
    pub by_who: bool,
    /// What was typed and can't be used, in words.
    pub unusable: Vec<String>,
}

/// A backtest in a list.
#[derive(Clone, Debug)]
pub struct BacktestRow {
    /// Id, for addresses.
    pub id: String,
    /// When it began.
    pub at: Timestamp,
    /// How many days back.
    pub days: u32,
    /// Where it stands, in words.
    pub status: &'static str,
    /// Events that would have made it fire.
    pub matched: Option<u64>,
}

/// What came out of a backtest.
#[derive(Clone, Debug)]
pub struct BacktestOutcome {
    /// In sentences.
    pub lines: Vec<String>,
    /// What to do about it.
    pub advice: Option<String>,
    /// Days and how many events matched.
    pub per_day: Vec<(Timestamp, u64)>,
    /// Messages as they would have been.
    pub samples: Vec<String>,
}

/// One backtest.
#[derive(Clone, Debug)]
pub struct BacktestView {
    /// Where the rule lives.
    pub view: EntityView,
    /// Id, for addresses.
    pub id: String,
    /// The stored rule with its number; `None` for a new one.
    pub rule: Option<(RuleId, i64)>,
    /// What was in its form, with the version that was edited; `None` for the rule as it was stored.
    pub draft: Option<(RuleDraft, i64)>,
    /// How many days back.
    pub days: u32,
    /// When it began.
    pub at: Timestamp,
    /// Whether it still reads.
    pub running: bool,
    /// Where it stands, in words.
    pub status: &'static str,
    /// How far it is, 0–100.
    pub percent: i64,
    /// Events judged so far.
    pub judged: i64,
    /// How many of them would have made it fire.
    pub matched: i64,
    /// What came out.
    pub outcome: Option<BacktestOutcome>,
}
