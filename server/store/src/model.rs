//! What goes into the store and comes out of it.

use std::fmt;

use leadbell_domain::{
    ApiKeyId, ConnectionId, DeliveryId, DeliveryStatus, DestinationId, Entity, EntityId, EntityKind, EntityStatus,
    EventId, EventKey, Level, Outcome, Platform, Role, RuleId, RuleStatus, Scope, SlackToken, StoredRule, Target,
    Timestamp, TokenKind, Trigger, UserId,
};

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// How many there are in all.
    pub total: i64,
}

/// A person who can log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// E-mail address, lower case, unique.
    pub email: String,
    /// Name shown to colleagues.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Publishers this person manages or is.
    pub publishers: Vec<EntityId>,
    /// Buyers this person manages.
    pub buyers: Vec<EntityId>,
    /// Whether logging in is allowed.
    pub active: bool,
    /// UTC milliseconds.
    pub created_at: Timestamp,
}

/// A user to add.
#[derive(Clone)]
pub struct NewUser {
    /// The person, with a fresh id.
    pub user: User,
    /// argon2id hash in PHC form.
    pub password_hash: String,
}

/// An API key as stored: never the key itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Id.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// First characters, to tell keys apart: `lbk_ab12`.
    pub prefix: String,
    /// What it may do: `ingest`, `catalog`, `rules`, `read`.
    pub scopes: Vec<String>,
    /// UTC milliseconds.
    pub created_at: Timestamp,
}

/// Which entities to list.
#[derive(Clone, Debug)]
pub struct EntityQuery {
    /// Kind.
    pub kind: EntityKind,
    /// Whose.
    pub scope: Scope,
    /// Case-insensitive part of name or id; empty for all.
    pub search: String,
    /// Only these ids, when given.
    pub ids: Option<Vec<EntityId>>,
    /// Only those of this product, publisher or buyer.
    pub platform: Option<Platform>,
    /// Only those of these publishers, when not empty.
    pub publishers: Vec<EntityId>,
    /// Only those of these buyers, when not empty.
    pub buyers: Vec<EntityId>,
    /// Leave out deleted ones.
    pub hide_deleted: bool,
    /// Rows to skip.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}

impl EntityQuery {
    /// The first 50 of a kind within a scope, deleted ones left out.
    #[must_use]
    pub fn of(kind: EntityKind, scope: Scope) -> Self {
        Self {
            kind,
            scope,
            search: String::new(),
            ids: None,
            platform: None,
            publishers: Vec::new(),
            buyers: Vec::new(),
            hide_deleted: true,
            offset: 0,
            limit: 50,
        }
    }
}

/// An entity as somebody tells of it; `None` leaves what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityUpsert {
    /// Kind.
    pub kind: EntityKind,
    /// Outside id.
    pub id: EntityId,
    /// Name, when told.
    pub name: Option<String>,
    /// Platform, when told.
    pub platform: Option<Platform>,
    /// Status, when told; a new one is active.
    pub status: Option<EntityStatus>,
    /// Product it belongs to, when told.
    pub product: Option<EntityId>,
    /// Publisher it belongs to, when told.
    pub publisher: Option<EntityId>,
    /// Buyer it belongs to, when told.
    pub buyer: Option<EntityId>,
    /// Told by an event only: a new one is marked so; a known one gets its name updated but keeps status and owners
    /// that were entered (owners that are unknown so far are filled in).
    pub discovered: bool,
}

/// How many entities an upsert touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpsertCounts {
    /// New ones.
    pub created: u64,
    /// Known ones that changed.
    pub updated: u64,
    /// Known ones that stayed as they were.
    pub unchanged: u64,
}

/// What the last check with Slack said about a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// Slack knows the token.
    Ok,
    /// Not checked yet, or Slack could not be reached.
    Unchecked,
    /// Slack refuses it.
    Broken,
}

impl ConnectionStatus {
    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            ConnectionStatus::Ok => "ok",
            ConnectionStatus::Unchecked => "unchecked",
            ConnectionStatus::Broken => "broken",
        }
    }

    /// The status of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Ok, Self::Unchecked, Self::Broken].into_iter().find(|status| status.key() == key)
    }
}

/// Whose a connection is: staff share theirs, a publisher's are his own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionOwner {
    /// Of the house; publishers' logins never see it.
    Staff,
    /// Of one publisher; his login and staff see it.
    Publisher(EntityId),
}

/// Whose connections a lookup may find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionScope {
    /// All of them.
    All,
    /// Those of these publishers only.
    Publishers(Vec<EntityId>),
    /// None.
    Nothing,
}

/// A Slack token as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Id.
    pub id: ConnectionId,
    /// Name, such as the workspace and app: "Leadbell Demo · salesbot".
    pub name: String,
    /// Whose it is.
    pub owner: ConnectionOwner,
    /// Bot or user.
    pub kind: TokenKind,
    /// Prefix and last four characters of the token.
    pub hint: String,
    /// Workspace name, as Slack's `auth.test` says.
    pub team: Option<String>,
    /// Workspace id.
    pub team_id: Option<String>,
    /// Name the messages appear under.
    pub user_name: Option<String>,
    /// Scopes granted, from `x-oauth-scopes`.
    pub scopes: Vec<String>,
    /// What the last check said.
    pub status: ConnectionStatus,
    /// Slack's error code of the last check.
    pub last_error: Option<String>,
    /// UTC milliseconds.
    pub created_at: Timestamp,
    /// Last check, UTC milliseconds.
    pub checked_at: Option<Timestamp>,
}

/// A connection to add, with its token. `Debug` shows the token's hint only.
#[derive(Clone, Debug)]
pub struct NewConnection {
    /// The connection; `hint` and `kind` are taken from the token.
    pub connection: Connection,
    /// The token, encrypted by the store before it is written.
    pub token: SlackToken,
}

/// What a check with Slack found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionCheck {
    /// The verdict.
    pub status: ConnectionStatus,
    /// Slack's error code.
    pub error: Option<String>,
    /// Workspace name.
    pub team: Option<String>,
    /// Workspace id.
    pub team_id: Option<String>,
    /// Name the messages appear under.
    pub user_name: Option<String>,
    /// Scopes granted.
    pub scopes: Vec<String>,
    /// When, UTC milliseconds.
    pub checked_at: Timestamp,
}

/// Which rules to list.
#[derive(Clone, Debug)]
pub struct RuleQuery {
    /// Whose rules: the viewer's scope at `level`.
    pub scope: Scope,
    /// The level.
    pub level: Level,
    /// Only those of this entity.
    pub entity: Option<EntityId>,
    /// Case-insensitive part of name, text, number or target; empty for all.
    pub search: String,
    /// Only this trigger.
    pub trigger: Option<Trigger>,
    /// Only this status.
    pub status: Option<RuleStatus>,
    /// Rows to skip.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}

impl RuleQuery {
    /// The first 50 rules of an entity within a scope.
    #[must_use]
    pub fn of(scope: Scope, level: Level, entity: EntityId) -> Self {
        Self {
            scope,
            level,
            entity: Some(entity),
            search: String::new(),
            trigger: None,
            status: None,
            offset: 0,
            limit: 50,
        }
    }
}

/// A rule in a list, with the name of who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleListing {
    /// The rule.
    pub stored: StoredRule,
    /// Its author's name.
    pub author_name: Option<String>,
}

/// What changed for the engine since a version of the rule set.
#[derive(Clone, Debug)]
pub struct RuleChanges {
    /// The version of the rule set after these changes.
    pub version: i64,
    /// Rules added or changed since, whatever their status.
    pub changed: Vec<StoredRule>,
    /// Rules deleted since, with where they were indexed.
    pub deleted: Vec<(RuleId, Level, EntityId, Trigger)>,
}

/// A message that a rule wants sent, rendered at the event's arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedDelivery {
    /// Fresh id (UUIDv7: its order is the order of sending).
    pub id: DeliveryId,
    /// Which rule.
    pub rule: RuleId,
    /// In which version.
    pub rule_version: i64,
    /// Whose token.
    pub connection: ConnectionId,
    /// Where to.
    pub target: Target,
    /// The finished text.
    pub text: String,
}

/// An event to record with its deliveries.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Fresh id.
    pub key: EventKey,
    /// The system it comes from; unique together with `event_id`.
    pub source: Platform,
    /// The sender's id.
    pub event_id: EventId,
    /// What happened.
    pub trigger: Trigger,
    /// When it happened, UTC milliseconds.
    pub occurred_at: Timestamp,
    /// When we got it, UTC milliseconds.
    pub received_at: Timestamp,
    /// Its product.
    pub product: EntityId,
    /// Its publisher.
    pub publisher: Option<EntityId>,
    /// Its campaign.
    pub campaign: Option<EntityId>,
    /// Its lead.
    pub lead_id: String,
    /// The event as sent, compact JSON.
    pub body: String,
    /// What the rules want sent.
    pub deliveries: Vec<PlannedDelivery>,
    /// Entities it mentions, to be added to the catalog as discovered.
    pub mentions: Vec<EntityUpsert>,
}

/// What became of an event to record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Written, with its deliveries.
    Accepted,
    /// Known already: nothing was written.
    Duplicate,
}

/// An event as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Our id.
    pub key: EventKey,
    /// The system it comes from.
    pub source: Platform,
    /// The sender's id.
    pub event_id: EventId,
    /// What happened.
    pub trigger: Trigger,
    /// UTC milliseconds.
    pub occurred_at: Timestamp,
    /// UTC milliseconds.
    pub received_at: Timestamp,
    /// The event as sent.
    pub body: String,
}

/// A delivery taken under a lease, ready to be sent.
#[derive(Clone)]
pub struct Claim {
    /// The delivery; its status is `sending` now.
    pub delivery: DeliveryId,
    /// Its destination, leased to the claiming worker.
    pub destination: DestinationId,
    /// Connection to send with.
    pub connection: ConnectionId,
    /// The token.
    pub token: SlackToken,
    /// Where to.
    pub target: Target,
    /// The channel Slack named for a member (`D…`), once known.
    pub resolved_channel: Option<String>,
    /// The finished text.
    pub text: String,
    /// Attempts that count, so far.
    pub attempts: u32,
    /// When its event arrived, UTC milliseconds.
    pub created_at: Timestamp,
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text can hold personal data of a lead.
        f.debug_struct("Claim").field("delivery", &self.delivery).field("target", &self.target).finish_non_exhaustive()
    }
}

/// How the sender paces each destination: a generic cell rate, kept in the destination's row so that it holds for
/// all servers and over restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// One message per this many milliseconds in the long run (Slack: about one a second per channel).
    pub interval_ms: i64,
    /// Messages that may go at once after a pause.
    pub burst: i64,
}

/// One finished call of Slack, to be recorded with its consequence.
#[derive(Clone, Debug)]
pub struct Finish {
    /// Which delivery.
    pub delivery: DeliveryId,
    /// Its destination.
    pub destination: DestinationId,
    /// Who sent it: the lease must be this worker's.
    pub worker: String,
    /// What came of it.
    pub outcome: Outcome,
    /// When to try again, UTC milliseconds: set for `Transient` while attempts remain, and for `RateLimited`; the
    /// whole destination waits until then, so that the order in a channel holds.
    pub retry_at: Option<Timestamp>,
    /// HTTP status of the answer, when there was one.
    pub http_status: Option<u16>,
    /// What was mended on the way: `joined_channel`, `opened_conversation`.
    pub note: Option<String>,
    /// The channel that Slack named for a member.
    pub resolved_channel: Option<String>,
    /// UTC milliseconds.
    pub started_at: Timestamp,
    /// UTC milliseconds.
    pub finished_at: Timestamp,
}

/// What became of a finish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// The delivery stands at this status now.
    Now(DeliveryStatus),
    /// The lease had run out and the delivery had been settled otherwise; the attempt was recorded all the same.
    TooLate(DeliveryStatus),
}

/// One call of Slack in a delivery's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Counts from 1, rate-limited ones included.
    pub number: i64,
    /// `sent`, `rate_limited`, `transient`, `ambiguous` or `permanent`.
    pub outcome: String,
    /// Slack's code, or ours.
    pub code: Option<String>,
    /// HTTP status.
    pub http_status: Option<i64>,
    /// What was mended on the way.
    pub note: Option<String>,
    /// Slack's `Retry-After`, milliseconds.
    pub retry_after_ms: Option<i64>,
    /// UTC milliseconds.
    pub started_at: Timestamp,
    /// UTC milliseconds.
    pub finished_at: Timestamp,
}

/// A delivery as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Id.
    pub id: DeliveryId,
    /// The sender's event id.
    pub event_id: EventId,
    /// The event's platform.
    pub source: Platform,
    /// Which rule.
    pub rule: RuleId,
    /// The rule's number.
    pub rule_number: i64,
    /// In which version.
    pub rule_version: i64,
    /// Where to.
    pub target: Target,
    /// The finished text.
    pub text: String,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Last code that explains the status.
    pub last_code: Option<String>,
    /// Slack's receipt: channel and ts.
    pub slack_channel: Option<String>,
    /// Slack's message id.
    pub slack_ts: Option<String>,
    /// UTC milliseconds.
    pub created_at: Timestamp,
    /// When it reached its status, UTC milliseconds.
    pub updated_at: Timestamp,
    /// Every call of Slack, oldest first.
    pub attempts: Vec<Attempt>,
}

/// Which deliveries to list, newest first.
#[derive(Clone, Debug, Default)]
pub struct DeliveryQuery {
    /// Only this status.
    pub status: Option<DeliveryStatus>,
    /// Only this rule's.
    pub rule: Option<RuleId>,
    /// Only this event's (any platform).
    pub event_id: Option<EventId>,
    /// Only those before this delivery (the last one of the page before).
    pub before: Option<DeliveryId>,
    /// Rows at most.
    pub limit: i64,
}

/// How much is waiting, for metrics and the health page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Deliveries queued or retrying.
    pub waiting: i64,
    /// Deliveries being sent.
    pub sending: i64,
    /// When the oldest waiting one was made, UTC milliseconds.
    pub oldest: Option<Timestamp>,
}

/// What a catalog listing returns.
pub type EntityPage = Page<Entity>;
