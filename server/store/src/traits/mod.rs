//! The one door to the database. Every method runs on SQLite and on PostgreSQL, held to one conformance suite.

mod accounts;
mod adjacent;
mod alerts;
mod audit;
mod catalog;
mod connections;
mod delivery_log;
mod event_log;
mod figures;
mod keeping;
mod places;
mod presets;
mod recent_events;
mod reports;
mod rule_data;
mod rule_lists;
mod rules;
mod sealed;
mod sending_health;
mod settings;
mod slack_apps;
mod threads;
mod tryout;

use async_trait::async_trait;
use leadbell_domain::{
    ConnectionId, DeliveryId, Entity, EntityId, EntityKind, EventId, Level, RuleId, Scope, SlackToken,
    StoredRule, Timestamp, UserId,
};

use crate::{
    ApiKey, Backlog, Claim, Connection, ConnectionCheck, ConnectionScope, Delivery, DeliveryQuery,
    EntityPage, EntityQuery, EntityUpsert, Finish, Finished, NewConnection, NewEvent, NewUser, Pace, Page,
    Recorded, RuleChanges, RuleListing, RuleQuery, StoreError, StoredEvent, UpsertCounts, User,
};

pub use accounts::Accounts;
pub use adjacent::AdjacentStore;
pub use alerts::Alerts;
pub use catalog::CatalogStore;
pub use connections::ConnectionDesk;
pub use delivery_log::DeliveryLog;
pub use event_log::EventLog;
pub use figures::Figures;
pub use keeping::Keeping;
pub use places::Places;
pub use presets::Presets;
pub use recent_events::RecentEvents;
pub use reports::Reports;
pub use rule_data::RuleData;
pub use rule_lists::RuleLists;
pub use rules::RuleHistory;
pub use sealed::SealedStore;
pub use sending_health::SendingHealth;
pub use settings::SettingsStore;
pub use slack_apps::SlackApps;
pub use threads::ThreadLines;
pub use tryout::{Backtests, PastEvents, TestRuns};

pub use audit::AuditLog;

/// Everything Leadbell remembers.
#[async_trait]
pub trait Store:
    Accounts
    + AdjacentStore
    + Alerts
    + AuditLog
    + Backtests
    + CatalogStore
    + ConnectionDesk
    + DeliveryLog
    + Keeping
    + EventLog
    + Figures
    + Reports
    + RuleData
    + PastEvents
    + Places
    + Presets
    + RecentEvents
    + RuleHistory
    + RuleLists
    + SealedStore
    + SendingHealth
    + SettingsStore
    + SlackApps
    + ThreadLines
    + TestRuns
    + Send
    + Sync
    + 'static
{
    /// Brings the schema up to date.
    async fn migrate(&self) -> Result<(), StoreError>;
    /// Whether the database answers.
    async fn ping(&self) -> Result<(), StoreError>;

    // People and keys

    /// Adds a person. `Taken("email")` when the address is in use.
    async fn insert_user(&self, user: &NewUser) -> Result<(), StoreError>;
    /// The person of this e-mail address (any case) with the password hash; inactive ones too.
    async fn find_user_by_email(&self, email: &str) -> Result<Option<(User, String)>, StoreError>;
    /// The person of this id; inactive ones too.
    async fn find_user(&self, id: &UserId) -> Result<Option<User>, StoreError>;
    /// How many people there are.
    async fn count_users(&self) -> Result<i64, StoreError>;
    /// Adds an API key by the SHA-256 of the key.
    async fn insert_api_key(&self, key: &ApiKey, hash: &[u8]) -> Result<(), StoreError>;
    /// The API key of this hash, unless revoked.
    async fn find_api_key(&self, hash: &[u8]) -> Result<Option<ApiKey>, StoreError>;

    // Catalog

    /// Adds and updates entities, in one transaction.
    async fn upsert_entities(
        &self,
        entities: &[EntityUpsert],
        now: Timestamp,
    ) -> Result<UpsertCounts, StoreError>;
    /// One entity, if it is in scope.
    async fn find_entity(
        &self,
        kind: EntityKind,
        id: &EntityId,
        scope: &Scope,
    ) -> Result<Option<Entity>, StoreError>;
    /// A page of entities, by name.
    async fn list_entities(&self, query: &EntityQuery) -> Result<EntityPage, StoreError>;

    // Connections

    /// Stores a token, encrypted. If the same token is stored for the same owner, that connection is returned as it is.
    async fn insert_connection(&self, new: &NewConnection) -> Result<Connection, StoreError>;
    /// One connection, if in scope.
    async fn find_connection(
        &self,
        id: &ConnectionId,
        scope: &ConnectionScope,
    ) -> Result<Option<Connection>, StoreError>;
    /// All connections in scope, newest first.
    async fn list_connections(&self, scope: &ConnectionScope) -> Result<Vec<Connection>, StoreError>;
    /// The token itself, to call Slack with.
    async fn connection_token(&self, id: &ConnectionId) -> Result<SlackToken, StoreError>;
    /// Records what Slack says about a connection. Names and scopes it did not say this time stay as they were.
    async fn record_connection_check(
        &self,
        id: &ConnectionId,
        check: &ConnectionCheck,
    ) -> Result<(), StoreError>;

    // Rules. What changes them is in `RuleHistory`.

    /// One rule, if it lives at this level and in this scope.
    async fn find_rule(
        &self,
        id: &RuleId,
        level: Level,
        scope: &Scope,
    ) -> Result<Option<StoredRule>, StoreError>;
    /// At which level a rule lives: tells what to ask permission for, nothing else.
    async fn rule_level(&self, id: &RuleId) -> Result<Option<Level>, StoreError>;
    /// A page of rules, newest first.
    async fn list_rules(&self, query: &RuleQuery) -> Result<Page<RuleListing>, StoreError>;
    /// What changed since this version of the rule set; 0 gives every rule that is not deleted.
    async fn rule_changes(&self, since: i64) -> Result<RuleChanges, StoreError>;
    /// The version of the rule set.
    async fn rules_version(&self) -> Result<i64, StoreError>;

    // Events

    /// Writes events with their deliveries in ONE transaction; answers in the order given. Within the batch, too, a
    /// repeated (source, event_id) is a duplicate. Returns only after the commit is on disk.
    async fn record_events(&self, events: &[NewEvent]) -> Result<Vec<Recorded>, StoreError>;
    /// The events of this id (LMS and Call Logic may use the same one).
    async fn find_events(&self, event_id: &EventId) -> Result<Vec<StoredEvent>, StoreError>;

    // Sending

    /// Takes up to `limit` deliveries under a lease until `now + lease_ms`: at most one per destination, the oldest
    /// of it, from destinations that are not leased, not blocked, and within their pace. Destinations whose token
    /// can't be decrypted are put off for a minute; `WrongKey` when there were no others.
    async fn claim_due(
        &self,
        worker: &str,
        now: Timestamp,
        lease_ms: i64,
        pace: Pace,
        limit: i64,
    ) -> Result<Vec<Claim>, StoreError>;
    /// Where people reach Leadbell, for the links in summaries. Told once, before the first claim.
    fn link_logs_to(&self, public_url: &str);
    /// Puts back into the queue what was held until `now`, as one summary for each rule and destination; answers how
    /// many such.
    async fn release_held(&self, now: Timestamp) -> Result<u64, StoreError>;
    /// When the next delivery becomes due, UTC milliseconds; may be in the past; `None` when nothing waits.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;
    /// Records finished calls in one transaction and gives the destinations back.
    async fn finish(&self, finishes: &[Finish]) -> Result<Vec<Finished>, StoreError>;
    /// Marks deliveries whose lease ran out before `now` as ambiguous (with an attempt `lease_expired`) and frees
    /// their destinations. Answers how many.
    async fn rescue_expired(&self, now: Timestamp) -> Result<u64, StoreError>;
    /// Puts right what waits for times that were near before the clock was set back: such waits begin anew. Answers how
    /// many there were. Cheap enough for the start and for clocks that jump, not for every look.
    async fn clock_was_set_back(&self, now: Timestamp) -> Result<u64, StoreError>;
    /// Ends every lease: for the start of a server that is alone on its database.
    async fn expire_all_leases(&self, now: Timestamp) -> Result<(), StoreError>;
    /// Whether only one server can be on this database (SQLite).
    fn is_single_server(&self) -> bool;
    /// A page of deliveries with their attempts, newest first.
    async fn list_deliveries(&self, query: &DeliveryQuery) -> Result<Vec<Delivery>, StoreError>;
    /// One delivery with its attempts.
    async fn find_delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, StoreError>;
    /// How much waits.
    async fn backlog(&self) -> Result<Backlog, StoreError>;
}
