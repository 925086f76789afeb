//! Lines of state that are to be updated: taken under a lease of their own, which `update_due` is the end of. What is to
//! be told is read when they are taken, so one update tells all that happened until then.

use async_trait::async_trait;
use leadbell_domain::{ThreadState, Timestamp, Trigger, with_state};

use super::fields::Fields;
use super::store::{read, write};
use super::threads::LINE_EVERY;
use super::{Connection, DbStore, LOCK_FREE_ONES, Result, Row, Sql, push_in, sending, threads};
use crate::text::clean;
use crate::vault::TokenVault;
use crate::{LineEnd, LineUpdate, StoreError, ThreadLines};

/// Lines due at destinations that have nothing to send now, and take messages.
const DUE: &str = " FROM threads t JOIN destinations d ON d.id = t.destination_id \
                   JOIN connections c ON c.id = d.connection_id JOIN deliveries q ON q.id = t.parent_id \
                   WHERE t.update_due IS NOT NULL AND t.update_due <= $1 AND d.lease_owner IS NULL \
                   AND (d.ready_at IS NULL OR d.ready_at > $1) AND d.blocked_until <= $1 AND d.rest_until <= $1 AND d.fault_since IS NULL \
                   AND c.status <> 'broken' AND c.removed_at IS NULL";

async fn next_due(db: &mut Connection) -> Result<Option<Timestamp>> {
    Ok(
        sqlx::query_scalar("SELECT MIN(update_due) FROM threads WHERE update_due IS NOT NULL")
            .fetch_one(db)
            .await?,
    )
}

/// The first messages of lines that may be taken, longest due first.
async fn due(db: &mut Connection, now: Timestamp, limit: i64) -> Result<Vec<String>> {
    let text = format!("SELECT t.parent_id{DUE} ORDER BY t.update_due, t.parent_id LIMIT $2");
    Ok(sqlx::query_scalar(&text)
        .bind(now)
        .bind(limit.max(0))
        .fetch_all(db)
        .await?)
}

async fn claim(
    db: &mut Connection,
    vault: &TokenVault,
    owner: &str,
    (now, until): (Timestamp, Timestamp),
    wanted: &[String],
) -> Result<Vec<LineUpdate>> {
    // Only the threads are locked, and what another server holds is passed over: so nobody waits for anybody.
    let mut sql = Sql::new("SELECT parent_id FROM threads WHERE update_due <= ");
    sql.push_bind(now).push(" AND ");
    push_in(&mut sql, "parent_id", wanted);
    sql.push(LOCK_FREE_ONES);
    let held: Vec<String> = sql.build_query_scalar().fetch_all(&mut *db).await?;
    let mut sql = Sql::new("UPDATE threads SET update_owner = ");
    sql.push_bind(owner.to_owned())
        .push(", update_due = ")
        .push_bind(until)
        .push(" WHERE ");
    push_in(&mut sql, "parent_id", &held);
    sql.build().execute(&mut *db).await?;
    let mut sql = Sql::new(
        "SELECT t.parent_id, t.channel, t.ts, t.messages, t.last_trigger, t.last_at, t.version, t.update_tries, \
         q.text, q.maybe_twice, \
         CASE WHEN EXISTS (SELECT 1 FROM attempts a WHERE a.delivery_id = q.id AND a.note LIKE '%sent_as_text:%') \
         THEN NULL ELSE q.blocks END AS blocks, d.connection_id, c.token_sealed FROM threads t \
         JOIN destinations d ON d.id = t.destination_id JOIN connections c ON c.id = d.connection_id \
         JOIN deliveries q ON q.id = t.parent_id WHERE ",
    );
    push_in(&mut sql, "t.parent_id", &held);
    let mut updates = Vec::new();
    for row in &sql.build().fetch_all(db).await? {
        match update(row, vault, owner) {
            Ok(update) => updates.push(update),
            // Its time runs out, and it is looked at again then.
            Err(StoreError::WrongKey) => tracing::error!("{}", StoreError::WrongKey),
            Err(error) => return Err(error),
        }
    }
    Ok(updates)
}

fn update(row: &Row, vault: &TokenVault, owner: &str) -> Result<LineUpdate> {
    let fields = Fields::of(row, "threads", "parent_id")?;
    let connection = fields.id("connection_id")?;
    let state = ThreadState {
        last: fields.key("last_trigger", Trigger::from_key)?,
        last_at: fields.get("last_at")?,
        messages: fields.get("messages")?,
    };
    let maybe_twice = fields.flag("maybe_twice")?;
    let text = sending::text(fields.get("text")?, maybe_twice);
    // Where there is a card, people see that and not the text.
    let blocks = fields.blocks()?.map(|blocks| {
        let mut blocks = sending::card(blocks, maybe_twice);
        blocks.add_note(&state.line());
        blocks
    });
    Ok(LineUpdate {
        parent: fields.id("parent_id")?,
        owner: owner.to_owned(),
        token: vault.open(&connection, fields.get("token_sealed")?)?,
        connection,
        channel: fields.get("channel")?,
        ts: fields.get("ts")?,
        text: with_state(&text, &state),
        blocks,
        version: fields.get("version")?,
        tries: u32::try_from(fields.get::<i64>("update_tries")?).unwrap_or(u32::MAX),
    })
}

async fn finish(db: &mut Connection, update: &LineUpdate, end: &LineEnd, now: Timestamp) -> Result<bool> {
    // What happened meanwhile is told next.
    let again = format!(
        "update_due = CASE WHEN version > {} THEN {} END",
        update.version,
        now.saturating_add(LINE_EVERY)
    );
    let (change, code) = match end {
        LineEnd::Told => (
            format!("{again}, update_tries = 0, updated_at = {now}, line_code = NULL"),
            None,
        ),
        LineEnd::Later(at) => (format!("update_due = {at}"), None),
        LineEnd::Again(at, code) => (
            format!("update_due = {at}, update_tries = update_tries + 1, line_code = $3"),
            Some(code),
        ),
        LineEnd::GivenUp(code) => (
            format!("{again}, update_tries = 0, updated_at = {now}, line_code = $3"),
            Some(code),
        ),
        LineEnd::Closed(code) => (
            "update_due = NULL, line_closed = 1, line_code = $3".to_owned(),
            Some(code),
        ),
        LineEnd::Gone(code) => (
            "update_due = NULL, line_closed = 1, line_code = $3, ended_code = $3".to_owned(),
            Some(code),
        ),
    };
    let text = format!(
        "UPDATE threads SET update_owner = NULL, {change} WHERE parent_id = $1 AND update_owner = $2"
    );
    let mut query = sqlx::query(&text)
        .bind(update.parent.as_str())
        .bind(&update.owner);
    if let Some(code) = code {
        query = query.bind(clean(code));
    }
    Ok(query.execute(db).await?.rows_affected() == 1)
}

#[async_trait]
impl ThreadLines for DbStore {
    async fn next_line_due(&self) -> Result<Option<Timestamp>, StoreError> {
        read!(self, next_due)
    }

    async fn claim_lines(
        &self,
        owner: &str,
        now: Timestamp,
        lease_ms: i64,
        limit: i64,
    ) -> Result<Vec<LineUpdate>, StoreError> {
        // Looking costs no lock: lines may be due for long at a destination that is busy.
        let wanted: Vec<String> = read!(self, due, now, limit)?;
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let times = (now, now.saturating_add(lease_ms));
        write!(self, claim, &self.vault, owner, times, &wanted)
    }

    async fn finish_line(
        &self,
        update: &LineUpdate,
        end: &LineEnd,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        write!(self, finish, update, end, now)
    }

    async fn forget_threads(&self, now: Timestamp) -> Result<u64, StoreError> {
        write!(self, threads::forget, now)
    }
}
