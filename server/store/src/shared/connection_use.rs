//! What connections are used for: the rules that send with them, and the messages that wait for them.

use std::collections::HashMap;

use leadbell_domain::{ConnectionId, Level, Scope, StoredRule};

use super::fields::Fields;
use super::rule_rows::{self, COLUMNS};
use super::{Connection as Db, Result, Sql, push_in, scope};
use crate::verdict::WAITING;
use crate::{Connection, ConnectionListing, MOST_RULES, MOST_WAITING};

/// The connections with their use; only rules in these scopes, and their messages, are counted.
pub(super) async fn with_use(
    db: &mut Db,
    connections: Vec<Connection>,
    rules: &[(Level, Scope)],
) -> Result<Vec<ConnectionListing>> {
    if connections.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = connections.iter().map(|one| one.id.as_str()).collect();
    let mut used: HashMap<String, i64> = HashMap::new();
    for (level, scope) in rules {
        let mut sql = Sql::new(
            "SELECT c.id, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM rules r WHERE r.connection_id = c.id \
             AND r.deleted_at IS NULL AND r.level = ",
        );
        sql.push_bind(level.key());
        if !scope::push_rules(&mut sql, scope, *level) {
            continue;
        }
        sql.push(format!(
            " LIMIT {}) AS few) AS used FROM connections c WHERE ",
            MOST_RULES + 1
        ));
        push_in(&mut sql, "c.id", &ids);
        for row in &sql.build().fetch_all(&mut *db).await? {
            let fields = Fields::of(row, "connections", "id")?;
            *used.entry(fields.get("id")?).or_default() += fields.get::<i64>("used")?;
        }
    }
    let mut waiting: HashMap<String, i64> = HashMap::new();
    for (level, scope) in rules {
        let mut sql = Sql::new(format!(
            "SELECT c.id, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM destinations d JOIN deliveries w \
             ON w.destination_id = d.id AND w.{WAITING} JOIN rules r ON r.id = w.rule_id AND r.level = "
        ));
        sql.push_bind(level.key()).push(" WHERE d.connection_id = c.id");
        if !scope::push_rules(&mut sql, scope, *level) {
            continue;
        }
        sql.push(format!(
            " LIMIT {}) AS few) AS waiting FROM connections c WHERE ",
            MOST_WAITING + 1
        ));
        push_in(&mut sql, "c.id", &ids);
        for row in &sql.build().fetch_all(&mut *db).await? {
            let fields = Fields::of(row, "connections", "id")?;
            let count = waiting.entry(fields.get("id")?).or_default();
            *count = (MOST_WAITING + 1).min(*count + fields.get::<i64>("waiting")?);
        }
    }
    Ok(connections
        .into_iter()
        .map(|connection| ConnectionListing {
            rules: used.get(connection.id.as_str()).copied().unwrap_or_default(),
            waiting: waiting.get(connection.id.as_str()).copied().unwrap_or_default(),
            connection,
        })
        .collect())
}

/// The newest rules that use a connection, so many of each level at most.
pub(super) async fn rules(
    db: &mut Db,
    id: &ConnectionId,
    rules: &[(Level, Scope)],
    limit: i64,
) -> Result<Vec<StoredRule>> {
    let mut found = Vec::new();
    for (level, scope) in rules {
        let mut sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM rules r WHERE r.deleted_at IS NULL AND r.connection_id = "
        ));
        sql.push_bind(id.to_string())
            .push(" AND r.level = ")
            .push_bind(level.key());
        if !scope::push_rules(&mut sql, scope, *level) {
            continue;
        }
        sql.push(" ORDER BY r.number DESC LIMIT ").push_bind(limit.max(0));
        for row in &sql.build().fetch_all(&mut *db).await? {
            found.push(rule_rows::read(row)?);
        }
    }
    Ok(found)
}

/// Whether a rule uses the connection, or a message of it has yet to go.
pub(super) async fn is_used(db: &mut Db, id: &ConnectionId) -> Result<bool> {
    // Statements of their own, which see what was committed before the connection's row was locked.
    let text = format!(
        "SELECT 1 FROM connections c WHERE c.id = $1 AND (\
         EXISTS (SELECT 1 FROM rules r WHERE r.connection_id = c.id AND r.deleted_at IS NULL) \
         OR EXISTS (SELECT 1 FROM destinations d WHERE d.connection_id = c.id AND d.lease_owner IS NOT NULL) \
         OR EXISTS (SELECT 1 FROM destinations d JOIN deliveries w ON w.destination_id = d.id AND w.{WAITING} \
         WHERE d.connection_id = c.id))"
    );
    Ok(sqlx::query(&text)
        .bind(id.as_str())
        .fetch_optional(db)
        .await?
        .is_some())
}
