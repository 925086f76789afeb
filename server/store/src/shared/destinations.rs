//! Destinations: one connection plus one channel or member. Its row is the lock of that place.
//!
//! Invariant: `ready_at` is set exactly when something waits there and nobody holds the lease. Two moments could
//! break it, an event that arrives while the lease is given back, so both [`wake`] and [`release`] work on rows that
//! [`hold`] has locked, and look at the queue in a statement of its own: it sees all that was committed before.

use std::collections::{BTreeSet, HashMap};

use leadbell_domain::{ConnectionId, DestinationId, Target, Timestamp};

use super::fields::Fields;
use super::{CHUNK, Connection, LOCK, Result, Sql, push_in};
use crate::verdict::WAITING;

/// A destination by what makes it one: connection, `channel` or `member`, Slack's id. Sorted as the database sorts.
pub(super) type Place = (ConnectionId, &'static str, String);

/// The place of a target.
pub(super) fn place(connection: &ConnectionId, target: &Target) -> Place {
    (connection.clone(), target.kind_key(), target.id().to_owned())
}

/// What the row says while it is held.
pub(super) struct Held {
    pub(super) id: String,
    pub(super) lease_owner: Option<String>,
    pub(super) lease_delivery: Option<String>,
    /// Slack refuses the place itself.
    pub(super) refused: bool,
    /// When its times were written.
    pub(super) written_at: Timestamp,
}

/// Adds the places that are new, locks all of them in their order, and answers their ids.
pub(super) async fn ensure(db: &mut Connection, places: &BTreeSet<Place>) -> Result<HashMap<Place, String>> {
    let places: Vec<&Place> = places.iter().collect();
    let mut ids = HashMap::with_capacity(places.len());
    for chunk in places.chunks(CHUNK) {
        let mut sql = Sql::new("INSERT INTO destinations (id, connection_id, target_kind, target_id) ");
        sql.push_values(chunk, |mut row, (connection, kind, id)| {
            row.push_bind(uuid::Uuid::now_v7().to_string())
                .push_bind(connection.to_string())
                .push_bind(*kind)
                .push_bind(id.clone());
        });
        sql.push(" ON CONFLICT (connection_id, target_kind, target_id) DO NOTHING");
        sql.build().persistent(false).execute(&mut *db).await?;
    }
    for chunk in places.chunks(CHUNK) {
        // CROSS JOIN: SQLite keeps this order, hence looks each place up instead of reading the whole table.
        let mut sql = Sql::new("WITH wanted (connection, kind, place) AS (");
        sql.push_values(chunk, |mut row, (connection, kind, id)| {
            row.push_bind(connection.to_string())
                .push_bind(*kind)
                .push_bind(id.clone());
        });
        sql.push(
            ") SELECT d.id, d.connection_id, d.target_kind, d.target_id FROM wanted w CROSS JOIN destinations d \
             WHERE d.connection_id = w.connection AND d.target_kind = w.kind AND d.target_id = w.place \
             ORDER BY d.connection_id, d.target_kind, d.target_id",
        );
        sql.push(LOCK);
        for row in &sql.build().persistent(false).fetch_all(&mut *db).await? {
            let fields = Fields::of(row, "destinations", "id")?;
            ids.insert(
                place(&fields.id("connection_id")?, &fields.target()?),
                fields.get("id")?,
            );
        }
    }
    Ok(ids)
}

/// Locks these rows, in the order of [`ensure`].
pub(super) async fn hold(
    db: &mut Connection,
    ids: impl Iterator<Item = &DestinationId>,
) -> Result<HashMap<String, Held>> {
    let mut sql = Sql::new(
        "SELECT id, lease_owner, lease_delivery_id, fault_since, written_at FROM destinations WHERE ",
    );
    push_in(&mut sql, "id", ids.map(DestinationId::as_str));
    sql.push(format!(" ORDER BY connection_id, target_kind, target_id{LOCK}"));
    let mut held = HashMap::new();
    for row in &sql.build().fetch_all(db).await? {
        let fields = Fields::of(row, "destinations", "id")?;
        let id: String = fields.get("id")?;
        let row = Held {
            id: id.clone(),
            lease_owner: fields.get("lease_owner")?,
            lease_delivery: fields.get("lease_delivery_id")?,
            refused: fields.get::<Option<i64>>("fault_since")?.is_some(),
            written_at: fields.get("written_at")?,
        };
        held.insert(id, row);
    }
    Ok(held)
}

/// When a free destination with something waiting may be claimed.
pub(super) const READY: &str = "CASE WHEN rest_until > blocked_until AND rest_until > next_at THEN rest_until \
                                WHEN blocked_until > next_at THEN blocked_until ELSE next_at END";

/// The oldest waiting delivery of the destination in `table`, or NULL. Also where only its being there matters: an
/// EXISTS would be answered by PostgreSQL from a hash of the whole queue.
pub(super) fn oldest_waiting(table: &str) -> String {
    format!(
        "(SELECT w.id FROM deliveries w WHERE w.destination_id = {table}.id AND w.{WAITING} \
         ORDER BY w.priority DESC, w.id LIMIT 1)"
    )
}

/// Something new waits at these held destinations: makes them claimable unless they are leased or are already.
pub(super) async fn wake(db: &mut Connection, ids: impl Iterator<Item = &String>) -> Result<()> {
    let mut sql = Sql::new(format!("UPDATE destinations SET ready_at = {READY} WHERE "));
    push_in(&mut sql, "id", ids);
    sql.push(" AND ready_at IS NULL AND lease_owner IS NULL");
    sql.build().execute(db).await?;
    Ok(())
}

/// The same where it is not certain that anything waits.
pub(super) async fn wake_waiting(db: &mut Connection, ids: impl Iterator<Item = &String>) -> Result<()> {
    let oldest = oldest_waiting("destinations");
    let mut sql = Sql::new(format!("UPDATE destinations SET ready_at = {READY} WHERE "));
    push_in(&mut sql, "id", ids);
    sql.push(format!(
        " AND ready_at IS NULL AND lease_owner IS NULL AND {oldest} IS NOT NULL"
    ));
    sql.build().execute(db).await?;
    Ok(())
}

/// Ends the leases of these held destinations, and makes those claimable where something waits.
pub(super) async fn release<T: AsRef<str>>(
    db: &mut Connection,
    ids: impl IntoIterator<Item = T>,
) -> Result<()> {
    let oldest = oldest_waiting("destinations");
    let mut sql = Sql::new(format!(
        "UPDATE destinations SET lease_owner = NULL, lease_until = NULL, lease_delivery_id = NULL, \
         ready_at = CASE WHEN {oldest} IS NOT NULL THEN {READY} END WHERE "
    ));
    push_in(&mut sql, "id", ids);
    sql.build().execute(db).await?;
    Ok(())
}
