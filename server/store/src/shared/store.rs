//! The trait, method by method: a connection or a transaction, and the module that knows the SQL.

use async_trait::async_trait;
use leadbell_domain::{
    ConnectionId, DeliveryId, Entity, EntityId, EntityKind, EventId, Level, RuleId, Scope, SlackToken,
    StoredRule, Timestamp, UserId,
};

use super::{
    DbStore, MIGRATOR, Result, SINGLE_SERVER, catalog, connection_faults, connections, deliveries, events,
    finish, leases, people, rule_lists, rules, sending, set_back, turns, upsert,
};
use crate::{
    ApiKey, Backlog, Claim, Connection, ConnectionCheck, ConnectionScope, ConnectionStatus, Delivery,
    DeliveryQuery, EntityPage, EntityQuery, EntityUpsert, Finish, Finished, NewConnection, NewEvent, NewUser,
    Pace, Page, Recorded, RuleChanges, RuleListing, RuleQuery, Store, StoreError, StoredEvent, UpsertCounts,
    User,
};

/// A read: one connection for as long as it takes.
macro_rules! read {
    ($store:ident, $call:path $(, $argument:expr)*) => {{
        let mut db = $store.reader.acquire().await?;
        $call(&mut db $(, $argument)*).await
    }};
}

/// A write: one transaction, committed if the call succeeds, otherwise undone.
macro_rules! write {
    ($store:ident, $call:path $(, $argument:expr)*) => {{
        let mut tx = $store.begin().await?;
        let result = $call(&mut tx $(, $argument)*).await?;
        tx.commit().await?;
        Ok(result)
    }};
}

/// A read along indexes: one transaction, which has nothing to commit.
macro_rules! look {
    ($store:ident, $call:path $(, $argument:expr)*) => {{
        let mut tx = $store.look().await?;
        let result = $call(&mut tx $(, $argument)*).await?;
        tx.commit().await?;
        Ok(result)
    }};
}

// For the traits that `Store` is made of.
pub(super) use {look, read, write};

#[async_trait]
impl Store for DbStore {
    async fn migrate(&self) -> Result<()> {
        Ok(MIGRATOR.run(&self.writer).await?)
    }

    async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.reader).await?;
        Ok(())
    }

    async fn insert_user(&self, user: &NewUser) -> Result<()> {
        write!(self, people::insert_user, user)
    }

    async fn find_user_by_email(&self, email: &str) -> Result<Option<(User, String)>> {
        read!(self, people::find_user_by_email, email)
    }

    async fn find_user(&self, id: &UserId) -> Result<Option<User>> {
        read!(self, people::find_user, id)
    }

    async fn count_users(&self) -> Result<i64> {
        read!(self, people::count_users)
    }

    async fn insert_api_key(&self, key: &ApiKey, hash: &[u8]) -> Result<()> {
        write!(self, people::insert_api_key, key, hash)
    }

    async fn find_api_key(&self, hash: &[u8]) -> Result<Option<ApiKey>> {
        read!(self, people::find_api_key, hash)
    }

    async fn upsert_entities(&self, entities: &[EntityUpsert], now: Timestamp) -> Result<UpsertCounts> {
        let counts: Result<UpsertCounts> = write!(self, upsert::upsert, entities, now);
        self.known
            .forget(entities.iter().map(|told| (told.kind, &told.id)));
        counts
    }

    async fn find_entity(&self, kind: EntityKind, id: &EntityId, scope: &Scope) -> Result<Option<Entity>> {
        if scope.is_nothing() {
            return Ok(None);
        }
        read!(self, catalog::find, kind, id, scope)
    }

    async fn list_entities(&self, query: &EntityQuery) -> Result<EntityPage> {
        if query.scope.is_nothing() {
            return Ok(Page {
                rows: Vec::new(),
                total: 0,
            });
        }
        read!(self, catalog::list, query)
    }

    async fn insert_connection(&self, new: &NewConnection) -> Result<Connection> {
        write!(self, connections::insert, &self.vault, new)
    }

    async fn find_connection(
        &self,
        id: &ConnectionId,
        scope: &ConnectionScope,
    ) -> Result<Option<Connection>> {
        if *scope == ConnectionScope::Nothing {
            return Ok(None);
        }
        read!(self, connections::find, id, scope)
    }

    async fn list_connections(&self, scope: &ConnectionScope) -> Result<Vec<Connection>> {
        if *scope == ConnectionScope::Nothing {
            return Ok(Vec::new());
        }
        read!(self, connections::list, scope)
    }

    async fn connection_token(&self, id: &ConnectionId) -> Result<SlackToken> {
        read!(self, connections::token, &self.vault, id)
    }

    async fn record_connection_check(&self, id: &ConnectionId, check: &ConnectionCheck) -> Result<()> {
        let recorded: Result<()> = write!(self, connections::record_check, id, check);
        recorded?;
        if check.status == ConnectionStatus::Ok {
            // In a transaction of its own: whoever sends holds destinations first and connections after them.
            let resumed: Result<()> = write!(self, connection_faults::resume, id);
            resumed?;
        }
        Ok(())
    }

    async fn find_rule(&self, id: &RuleId, level: Level, scope: &Scope) -> Result<Option<StoredRule>> {
        if scope.is_nothing() {
            return Ok(None);
        }
        read!(self, rules::find, id, level, scope)
    }

    async fn rule_level(&self, id: &RuleId) -> Result<Option<Level>> {
        read!(self, rules::level, id)
    }

    async fn list_rules(&self, query: &RuleQuery) -> Result<Page<RuleListing>> {
        if query.scope.is_nothing() {
            return Ok(Page {
                rows: Vec::new(),
                total: 0,
            });
        }
        read!(self, rule_lists::list, query)
    }

    async fn rule_changes(&self, since: i64) -> Result<RuleChanges> {
        read!(self, rules::changes, since)
    }

    async fn rules_version(&self) -> Result<i64> {
        read!(self, rules::version)
    }

    async fn record_events(&self, events: &[NewEvent]) -> Result<Vec<Recorded>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        let (answers, mentions) = events::record(&mut tx, events, &self.known).await?;
        tx.commit().await?;
        // Only now: what a failed commit took back would be missing for good.
        self.known.remember(&mentions);
        Ok(answers)
    }

    async fn find_events(&self, event_id: &EventId) -> Result<Vec<StoredEvent>> {
        read!(self, events::find, event_id)
    }

    async fn claim_due(
        &self,
        worker: &str,
        now: Timestamp,
        lease_ms: i64,
        pace: Pace,
        limit: i64,
    ) -> Result<Vec<Claim>> {
        // Looking costs no lock: on SQLite an idle sender must not queue for the only writing connection.
        if self.next_due().await?.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        let terms = sending::Terms {
            worker,
            lease_ms,
            pace,
            limit,
            public_url: self.public_url(),
        };
        let claimed = sending::claim(&mut tx, &self.vault, &terms, now).await?;
        tx.commit().await?;
        if claimed.unreadable > 0 {
            tracing::error!(destinations = claimed.unreadable, "{}", StoreError::WrongKey);
            if claimed.claims.is_empty() {
                return Err(StoreError::WrongKey);
            }
        }
        Ok(claimed.claims)
    }

    fn link_logs_to(&self, public_url: &str) {
        // Set once at the start; a second value would make links of one summary differ.
        let _ = self.public_url.set(public_url.to_owned());
    }

    async fn release_held(&self, now: Timestamp) -> Result<u64> {
        let due = sqlx::query_scalar::<_, Option<i64>>(
            "SELECT MIN(hold_until) FROM deliveries WHERE hold_until IS NOT NULL",
        )
        .fetch_one(&self.reader)
        .await?;
        if due.is_none_or(|due| due > now) {
            return Ok(0);
        }
        let mut released = 0;
        loop {
            let mut tx = self.begin().await?;
            let found = turns::release_held(&mut tx, self.public_url(), now).await?;
            tx.commit().await?;
            if !found {
                return Ok(released);
            }
            released += 1;
        }
    }

    async fn next_due(&self) -> Result<Option<Timestamp>> {
        read!(self, sending::next_due)
    }

    async fn finish(&self, finishes: &[Finish]) -> Result<Vec<Finished>> {
        write!(self, finish::finish, finishes)
    }

    async fn rescue_expired(&self, now: Timestamp) -> Result<u64> {
        let mut rescued = 0;
        loop {
            let (leases, ambiguous): (usize, u64) = {
                let result: Result<_> = write!(self, leases::rescue, now);
                result?
            };
            rescued += ambiguous;
            if leases < leases::BATCH {
                return Ok(rescued);
            }
        }
    }

    async fn clock_was_set_back(&self, now: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let moved = set_back::destinations(&mut tx, now).await?;
        tx.commit().await?;
        // In a transaction of its own: destinations are locked in their order, and this locks them once more.
        let mut tx = self.begin().await?;
        let judged = set_back::deliveries(&mut tx, now).await?;
        tx.commit().await?;
        let mut tx = self.begin().await?;
        let lines = set_back::lines(&mut tx, now).await?;
        tx.commit().await?;
        Ok(moved + judged + lines)
    }

    async fn expire_all_leases(&self, now: Timestamp) -> Result<()> {
        write!(self, leases::expire_all, now)
    }

    fn is_single_server(&self) -> bool {
        SINGLE_SERVER
    }

    async fn list_deliveries(&self, query: &DeliveryQuery) -> Result<Vec<Delivery>> {
        read!(self, deliveries::list, query)
    }

    async fn find_delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>> {
        read!(self, deliveries::find, id)
    }

    async fn backlog(&self) -> Result<Backlog> {
        read!(self, deliveries::backlog)
    }
}
