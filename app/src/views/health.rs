//! How sending goes, as its page shows it.

use leadbell_domain::Timestamp;

/// A connection that Slack refuses.
#[derive(Clone, Debug)]
pub struct BrokenRow {
    /// Name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// What is wrong, as a sentence, and what to do.
    pub reason: (&'static str, &'static str),
    /// Since when.
    pub since: Option<Timestamp>,
}

/// A destination where something waits, or that Slack refuses.
#[derive(Clone, Debug)]
pub struct DestinationRow {
    /// Id, for addresses.
    pub id: String,
    /// Where to: "# C0SALES01".
    pub name: String,
    /// With which connection.
    pub connection: String,
    /// The deliveries that go there.
    pub log_href: String,
    /// Why Slack refuses it, and what to do.
    pub reason: Option<(&'static str, &'static str)>,
    /// Since when Slack refuses it.
    pub since: Option<Timestamp>,
    /// When it is tried again by itself.
    pub next_try: Option<Timestamp>,
    /// The connection as a whole is refused.
    pub connection_broken: bool,
    /// Messages that wait.
    pub waiting: i64,
    /// When the event of the oldest of them arrived.
    pub oldest: Option<Timestamp>,
    /// How long a message that arrives now will wait; `None` while nobody can tell.
    pub delay_ms: Option<i64>,
    /// Whether the viewer may let it try again, or give up what waits.
    pub can_manage: bool,
}

/// How sending goes.
#[derive(Clone, Debug)]
pub struct HealthView {
    /// Connections that Slack refuses.
    pub broken: Vec<BrokenRow>,
    /// Destinations with trouble or a backlog: refused ones first, then those where most waits.
    pub destinations: Vec<DestinationRow>,
    /// There are more destinations than these.
    pub more: bool,
    /// Deliveries that failed in the last hour.
    pub failed: i64,
    /// Deliveries of which nobody knows whether they arrived.
    pub ambiguous: i64,
    /// Whether the viewer may say where trouble is told.
    pub can_set_alerts: bool,
    /// Now, UTC milliseconds.
    pub now: Timestamp,
}

/// Where an owner of connections is told of trouble.
#[derive(Clone, Debug)]
pub struct AlertsView {
    /// Connections it can be sent with, as (id, name).
    pub connections: Vec<(String, String)>,
    /// The one it is sent with; empty when nobody is told.
    pub connection: String,
    /// The channel or member; empty when nobody is told.
    pub target: String,
    /// What was told, newest first.
    pub told: Vec<ToldRow>,
}

/// Something that was told.
#[derive(Clone, Debug)]
pub struct ToldRow {
    /// When it was noticed.
    pub at: Timestamp,
    /// The message.
    pub text: String,
    /// What came of it, in words.
    pub status: &'static str,
    /// Why it could not be sent, and what to do.
    pub reason: Option<(&'static str, &'static str)>,
}
