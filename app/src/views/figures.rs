//! What the dashboard and the health of a rule show.

use leadbell_domain::{Platform, RuleId, Timestamp};

use super::EntityView;
use super::health::{BrokenRow, DestinationRow};

/// What happened in an hour or on a day.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpanFigures {
    /// When it began.
    pub at: Timestamp,
    /// Events that arrived.
    pub events: i64,
    /// Rules fired so often.
    pub fired: i64,
    /// Messages that Slack took.
    pub sent: i64,
    /// Messages that failed, or of which nobody knows.
    pub failed: i64,
}

/// The first page of a person.
#[derive(Clone, Debug)]
pub struct DashboardView {
    /// Now.
    pub now: Timestamp,
    /// The last 24 hours, oldest first.
    pub hours: Vec<SpanFigures>,
    /// All of them.
    pub day: SpanFigures,
    /// The 24 hours before.
    pub before: SpanFigures,
    /// How long messages took: upper end of a step in milliseconds, and their number.
    pub delays: Vec<(i64, i64)>,
    /// Rules that fired most.
    pub noisiest: Vec<BusyRow>,
    /// Connections that Slack refuses.
    pub broken: Vec<BrokenRow>,
    /// Channels and members where most waits or nothing gets through.
    pub queues: Vec<DestinationRow>,
    /// Whether the reader is shown connections at all.
    pub shows_connections: bool,
    /// Whether he reads the log of what happened.
    pub reads_log: bool,
    /// Failed in the last hour, and not certain.
    pub troubles: (i64, i64),
    /// What to do first; empty once there is something to look at.
    pub steps: Vec<FirstStep>,
}

/// One of the first things to do.
#[derive(Clone, Debug)]
pub struct FirstStep {
    /// What.
    pub what: &'static str,
    /// Why, in a sentence.
    pub why: &'static str,
    /// Where.
    pub href: String,
    /// The way there.
    pub link: &'static str,
    /// It is done.
    pub done: bool,
}

/// A rule among those that fired most.
#[derive(Clone, Debug)]
pub struct BusyRow {
    /// Its number.
    pub number: i64,
    /// Its name; may be empty.
    pub name: String,
    /// Where it lives.
    pub place: String,
    /// Where its messages go.
    pub to: String,
    /// The page of its health; `None` for one that is deleted.
    pub href: Option<String>,
    /// What it did.
    pub figures: SpanFigures,
}

/// How a rule does.
#[derive(Clone, Debug)]
pub struct RuleHealthView {
    /// Where it lives.
    pub view: EntityView,
    /// Which.
    pub rule: RuleId,
    /// Its number.
    pub number: i64,
    /// Its name; may be empty.
    pub name: String,
    /// What it does, in a line.
    pub sentence: String,
    /// Whether it is switched on.
    pub active: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// What it did; `None` for a reader who sees nothing of what has happened.
    pub told: Option<ToldHealth>,
}

/// What a rule did.
#[derive(Clone, Debug)]
pub struct ToldHealth {
    /// Day by day, oldest first.
    pub days: Vec<SpanFigures>,
    /// When it fired last, as far as that is still known.
    pub last_fired: Option<Timestamp>,
    /// Its last messages that all went wrong, one after the other.
    pub streak: usize,
    /// There may be more before those.
    pub streak_goes_on: bool,
    /// Why the last one went wrong, and what to do.
    pub reason: Option<(&'static str, &'static str)>,
    /// Half of the last messages took at most so long, milliseconds.
    pub median_ms: Option<i64>,
    /// All but one of twenty.
    pub most_ms: Option<i64>,
    /// Of so many messages.
    pub measured: usize,
    /// What its filters made of the last events.
    pub filters: FilterLook,
}

/// What the filters of a rule make of the last events of its trigger.
#[derive(Clone, Debug, Default)]
pub struct FilterLook {
    /// Events that were looked at.
    pub events: usize,
    /// There are older ones, too.
    pub more: bool,
    /// The oldest of them.
    pub since: Option<Timestamp>,
    /// So many would fire it as it is now.
    pub matched: usize,
    /// What kept events out, with how many, most first. One event may be kept out by several.
    pub blocked: Vec<(String, usize)>,
    /// The event that came nearest.
    pub nearest: Option<NearMiss>,
}

/// An event that nearly fired a rule.
#[derive(Clone, Debug)]
pub struct NearMiss {
    /// The sender's id.
    pub event: String,
    /// Of which platform.
    pub platform: Platform,
    /// Its lead or call.
    pub lead: String,
    /// When it arrived.
    pub at: Timestamp,
    /// What kept it out.
    pub why: Vec<String>,
}
