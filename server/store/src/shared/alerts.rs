//! Where owners are told of trouble, and what they were told. A row is unique for each trouble and for its end, and is
//! taken before it is sent: so it goes out once at most, however many servers notice it, and whenever they crash.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Timestamp};

use super::fields::Fields;
use super::store::{read, write};
use super::{Connection, DbStore, LOCK_FREE_ONES, Result, Row};
use crate::text::clean;
use crate::{
    AlertEnd, AlertRoute, AlertSubject, Alerts, ConnectionOwner, NewAlert, StoreError, TakenAlert, ToldAlert,
};

/// The owner in columns.
fn parts(owner: &ConnectionOwner) -> (&'static str, &str) {
    match owner {
        ConnectionOwner::Staff => ("staff", ""),
        ConnectionOwner::Publisher(id) => ("publisher", id.as_str()),
    }
}

fn route(row: &Row) -> Result<AlertRoute> {
    let fields = Fields::of(row, "alert_routes", "owner_id")?;
    let owner = match fields.get("owner_kind")? {
        "staff" => ConnectionOwner::Staff,
        _ => ConnectionOwner::Publisher(fields.id::<EntityId>("owner_id")?),
    };
    Ok(AlertRoute {
        owner,
        connection: fields.id("connection_id")?,
        target: fields.target()?,
        updated_at: fields.get("updated_at")?,
    })
}

const ROUTES: &str =
    "SELECT owner_kind, owner_id, connection_id, target_kind, target_id, updated_at FROM alert_routes";

async fn routes(db: &mut Connection) -> Result<Vec<AlertRoute>> {
    let text = format!("{ROUTES} ORDER BY owner_kind, owner_id");
    sqlx::query(&text)
        .fetch_all(db)
        .await?
        .iter()
        .map(route)
        .collect()
}

async fn find(db: &mut Connection, owner: &ConnectionOwner) -> Result<Option<AlertRoute>> {
    let (kind, id) = parts(owner);
    let text = format!("{ROUTES} WHERE owner_kind = $1 AND owner_id = $2");
    let row = sqlx::query(&text)
        .bind(kind)
        .bind(id.to_owned())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(route).transpose()
}

async fn set(db: &mut Connection, route: &AlertRoute) -> Result<()> {
    let (kind, id) = parts(&route.owner);
    sqlx::query(
        "INSERT INTO alert_routes (owner_kind, owner_id, connection_id, target_kind, target_id, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (owner_kind, owner_id) DO UPDATE SET \
         connection_id = excluded.connection_id, target_kind = excluded.target_kind, \
         target_id = excluded.target_id, updated_at = excluded.updated_at",
    )
    .bind(kind)
    .bind(id)
    .bind(route.connection.as_str())
    .bind(route.target.kind_key())
    .bind(route.target.id())
    .bind(route.updated_at)
    .execute(db)
    .await?;
    Ok(())
}

async fn remove(db: &mut Connection, owner: &ConnectionOwner) -> Result<()> {
    let (kind, id) = parts(owner);
    sqlx::query("DELETE FROM alert_routes WHERE owner_kind = $1 AND owner_id = $2")
        .bind(kind)
        .bind(id)
        .execute(&mut *db)
        .await?;
    // What was not sent yet has nowhere to go any more.
    sqlx::query("DELETE FROM alerts WHERE owner_kind = $1 AND owner_id = $2 AND status = 'new'")
        .bind(kind)
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

async fn note(db: &mut Connection, alerts: &[NewAlert], now: Timestamp) -> Result<()> {
    for alert in alerts {
        let (kind, id) = parts(&alert.owner);
        sqlx::query(
            "INSERT INTO alerts (id, owner_kind, owner_id, subject_kind, subject_id, since, phase, text, status, \
             created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'new', $9, $9) \
             ON CONFLICT (owner_kind, owner_id, subject_kind, subject_id, since, phase) DO NOTHING",
        )
        .bind(&alert.id)
        .bind(kind)
        .bind(id)
        .bind(&alert.subject.kind)
        .bind(&alert.subject.id)
        .bind(alert.subject.since)
        .bind(if alert.over { "over" } else { "trouble" })
        .bind(clean(&alert.text))
        .bind(now)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

async fn open(db: &mut Connection, owner: &ConnectionOwner) -> Result<Vec<AlertSubject>> {
    let (kind, id) = parts(owner);
    let rows = sqlx::query(
        "SELECT a.id, a.subject_kind, a.subject_id, a.since FROM alerts a \
         WHERE a.owner_kind = $1 AND a.owner_id = $2 AND a.phase = 'trouble' AND NOT EXISTS (\
         SELECT 1 FROM alerts o WHERE o.owner_kind = a.owner_kind AND o.owner_id = a.owner_id \
         AND o.subject_kind = a.subject_kind AND o.subject_id = a.subject_id AND o.since = a.since \
         AND o.phase = 'over')",
    )
    .bind(kind)
    .bind(id.to_owned())
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::of(row, "alerts", "id")?;
            Ok(AlertSubject {
                kind: fields.get("subject_kind")?,
                id: fields.get("subject_id")?,
                since: fields.get("since")?,
            })
        })
        .collect()
}

async fn take(db: &mut Connection, now: Timestamp) -> Result<Option<TakenAlert>> {
    let text = format!(
        "SELECT a.id, a.text, a.created_at, r.connection_id, r.target_kind, r.target_id FROM alerts a \
         JOIN alert_routes r ON r.owner_kind = a.owner_kind AND r.owner_id = a.owner_id \
         WHERE a.status = 'new' ORDER BY a.created_at, a.id LIMIT 1{}",
        // Two servers do not wait for each other; the other one's is gone at the next look.
        LOCK_FREE_ONES.replace("UPDATE", "UPDATE OF a")
    );
    let Some(row) = sqlx::query(&text).fetch_optional(&mut *db).await? else {
        return Ok(None);
    };
    let fields = Fields::of(&row, "alerts", "id")?;
    let taken = TakenAlert {
        id: fields.get("id")?,
        text: fields.get("text")?,
        connection: fields.id("connection_id")?,
        target: fields.target()?,
        created_at: fields.get("created_at")?,
    };
    let moved =
        sqlx::query("UPDATE alerts SET status = 'sending', updated_at = $2 WHERE id = $1 AND status = 'new'")
            .bind(&taken.id)
            .bind(now)
            .execute(db)
            .await?;
    Ok((moved.rows_affected() == 1).then_some(taken))
}

/// Status and code of what came of one.
pub(super) fn ending(end: &AlertEnd) -> (&'static str, Option<String>) {
    match end {
        AlertEnd::Sent => ("sent", None),
        AlertEnd::Again => ("new", None),
        AlertEnd::Failed(code) => ("failed", Some(clean(code))),
    }
}

/// One as pages show it: a row with `text`, `status`, `code` and `created_at`.
pub(super) fn shown(fields: &Fields<'_>) -> Result<ToldAlert> {
    Ok(ToldAlert {
        text: fields.get("text")?,
        status: fields.get("status")?,
        code: fields.get("code")?,
        created_at: fields.get("created_at")?,
    })
}

async fn finish(db: &mut Connection, id: &str, end: &AlertEnd, now: Timestamp) -> Result<()> {
    let (status, code) = ending(end);
    sqlx::query(
        "UPDATE alerts SET status = $2, code = $3, updated_at = $4 WHERE id = $1 AND status = 'sending'",
    )
    .bind(id)
    .bind(status)
    .bind(code)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

async fn told(db: &mut Connection, owner: &ConnectionOwner, limit: i64) -> Result<Vec<ToldAlert>> {
    let (kind, id) = parts(owner);
    let rows = sqlx::query(
        "SELECT id, text, status, code, created_at FROM alerts WHERE owner_kind = $1 AND owner_id = $2 \
         ORDER BY created_at DESC, id DESC LIMIT $3",
    )
    .bind(kind)
    .bind(id.to_owned())
    .bind(limit.max(0))
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| shown(&Fields::of(row, "alerts", "id")?))
        .collect()
}

#[async_trait]
impl Alerts for DbStore {
    async fn alert_route(&self, owner: &ConnectionOwner) -> Result<Option<AlertRoute>, StoreError> {
        read!(self, find, owner)
    }

    async fn alert_routes(&self) -> Result<Vec<AlertRoute>, StoreError> {
        read!(self, routes)
    }

    async fn set_alert_route(&self, route: &AlertRoute) -> Result<(), StoreError> {
        write!(self, set, route)
    }

    async fn remove_alert_route(&self, owner: &ConnectionOwner) -> Result<(), StoreError> {
        write!(self, remove, owner)
    }

    async fn note_alerts(&self, alerts: &[NewAlert], now: Timestamp) -> Result<(), StoreError> {
        write!(self, note, alerts, now)
    }

    async fn open_alerts(&self, owner: &ConnectionOwner) -> Result<Vec<AlertSubject>, StoreError> {
        read!(self, open, owner)
    }

    async fn take_alert(&self, now: Timestamp) -> Result<Option<TakenAlert>, StoreError> {
        write!(self, take, now)
    }

    async fn finish_alert(&self, id: &str, end: &AlertEnd, now: Timestamp) -> Result<(), StoreError> {
        write!(self, finish, id, end, now)
    }

    async fn told_alerts(&self, owner: &ConnectionOwner, limit: i64) -> Result<Vec<ToldAlert>, StoreError> {
        read!(self, told, owner, limit)
    }
}
