//! Claiming deliveries. A claim costs what it takes: it reads destinations in the order of `ready_at` and no others.

use leadbell_domain::{Blocks, Timestamp};

use super::fields::Fields;
use super::{
    Connection, LOCK_FREE_ONES, Result, Row, Sql, connection_faults, destinations, expect_one, push_in,
    threads, turns,
};
use crate::vault::TokenVault;
use crate::verdict::WAITING;
use crate::{Claim, ConnectionStatus, Pace, StoreError, ThreadTurn};

/// How long a destination rests whose token can't be decrypted, milliseconds: the others must not wait behind it.
const REST_WITHOUT_KEY: i64 = 60_000;

/// The options of a rule that wants every message in order and nothing else, as they are written.
const EVERY_IN_ORDER: &str = r#"{"bursts":"every","priority":false,"in_doubt":"wait"}"#;

/// The same of a rule that wants threads and nothing else.
const ONLY_THREADS: &str = r#"{"bursts":"collapse","priority":false,"in_doubt":"wait","thread":"lead"}"#;

/// Said below a message that may be there twice.
const SENT_AGAIN: &str = "\n_Sent again: Slack did not say whether it had posted this before._";

/// What a claim found.
pub(super) struct Claimed {
    pub(super) claims: Vec<Claim>,
    /// Destinations that were due but whose token could not be decrypted.
    pub(super) unreadable: usize,
}

/// What a claim goes by.
pub(super) struct Terms<'a> {
    pub(super) worker: &'a str,
    pub(super) lease_ms: i64,
    pub(super) pace: Pace,
    pub(super) limit: i64,
    /// Where people reach Leadbell.
    pub(super) public_url: &'a str,
}

pub(super) async fn claim(
    db: &mut Connection,
    vault: &TokenVault,
    terms: &Terms<'_>,
    now: Timestamp,
) -> Result<Claimed> {
    let due = hold_due(db, now, terms.limit).await?;
    let mut claimed = Claimed {
        claims: Vec::new(),
        unreadable: 0,
    };
    if due.is_empty() {
        return Ok(claimed);
    }
    let mut unreadable = Vec::new();
    let mut broken = Vec::new();
    let rows = oldest_waiting(db, &due).await?;
    let mut judged = Vec::new();
    let mut waits_again = Vec::new();
    for row in &rows {
        let fields = Fields::of(row, "deliveries", "id")?;
        if fields.get::<&str>("connection_status")? == ConnectionStatus::Broken.key() {
            broken.push(fields.get("destination_id")?);
            continue;
        }
        match read(row, vault) {
            Ok(claim) if is_plain(&fields)? => claimed.claims.push(claim),
            Ok(claim) => match turns::next_up(db, claim.destination.as_str(), terms.public_url, now).await? {
                turns::NextUp::AsItWas => claimed.claims.push(claim),
                turns::NextUp::Send => judged.push(claim.destination.to_string()),
                turns::NextUp::Nothing | turns::NextUp::More => {
                    waits_again.push(claim.destination.to_string())
                }
            },
            Err(StoreError::WrongKey) => unreadable.push(fields.get("destination_id")?),
            Err(error) => return Err(error),
        }
    }
    if !judged.is_empty() {
        for row in &oldest_waiting(db, &judged).await? {
            claimed.claims.push(read(row, vault)?);
        }
    }
    look_again(db, &waits_again).await?;
    connection_faults::put_off(db, &broken, now).await?;
    claimed.unreadable = unreadable.len();
    rest(db, &unreadable, now).await?;
    if rows.len() < due.len() {
        tracing::error!(
            due = due.len(),
            waiting = rows.len(),
            "destinations were due where nothing waits"
        );
        forget_idle(db, &due).await?;
    }
    threads::find(db, &mut claimed.claims, now).await?;
    if !claimed.claims.is_empty() {
        lease(db, &claimed.claims, terms, now).await?;
    }
    Ok(claimed)
}

/// Whether it goes out as it is, without a look at its rule's options: nothing is chosen there, and so few wait that
/// none would be merged.
fn is_plain(fields: &Fields<'_>) -> Result<bool> {
    Ok(match fields.get::<&str>("sending")? {
        "{}" | ONLY_THREADS => fields.get::<i64>("backlog")? < turns::COLLAPSE_FROM as i64,
        options => options == EVERY_IN_ORDER,
    })
}

/// Makes destinations claimable where something still waits, and lets the others rest.
async fn look_again(db: &mut Connection, ids: &[String]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let oldest = destinations::oldest_waiting("destinations");
    let ready = destinations::READY;
    let mut sql = Sql::new(format!(
        "UPDATE destinations SET ready_at = CASE WHEN {oldest} IS NOT NULL THEN {ready} END WHERE "
    ));
    push_in(&mut sql, "id", ids);
    sql.build().execute(db).await?;
    Ok(())
}

/// Locks the destinations whose turn it is. What another worker is claiming right now is passed over.
async fn hold_due(db: &mut Connection, now: Timestamp, limit: i64) -> Result<Vec<String>> {
    let text = format!(
        "SELECT id FROM destinations WHERE ready_at <= $1 ORDER BY ready_at, id LIMIT $2{LOCK_FREE_ONES}"
    );
    Ok(sqlx::query_scalar(&text)
        .bind(now)
        .bind(limit.max(0))
        .fetch_all(db)
        .await?)
}

/// The oldest waiting delivery of each: in a statement of its own, which sees what was committed before the lock.
async fn oldest_waiting(db: &mut Connection, due: &[String]) -> Result<Vec<Row>> {
    let oldest = destinations::oldest_waiting("d");
    let enough = turns::COLLAPSE_FROM;
    let mut sql = Sql::new(format!(
        "SELECT q.id, q.destination_id, COALESCE(s.text, q.text) AS text, \
         CASE WHEN s.delivery_id IS NULL THEN q.blocks END AS blocks, q.attempts, q.created_at, q.again_in_doubt, q.maybe_twice, \
         CASE WHEN s.delivery_id IS NULL THEN q.thread_key END AS thread_key, r.sending, \
         (SELECT COUNT(*) FROM (SELECT 1 FROM deliveries b WHERE b.destination_id = d.id AND b.{WAITING} \
         LIMIT {enough}) few) AS backlog, d.connection_id, d.target_kind, \
         d.target_id, d.resolved_channel, c.token_sealed, c.token_version, c.status AS connection_status \
         FROM destinations d \
         JOIN connections c ON c.id = d.connection_id \
         JOIN deliveries q ON q.id = {oldest} \
         JOIN rules r ON r.id = q.rule_id \
         LEFT JOIN summaries s ON s.delivery_id = q.id WHERE "
    ));
    push_in(&mut sql, "d.id", due);
    sql.push(" ORDER BY d.ready_at, d.id");
    Ok(sql.build().fetch_all(db).await?)
}

fn read(row: &Row, vault: &TokenVault) -> Result<Claim> {
    let fields = Fields::of(row, "deliveries", "id")?;
    let connection = fields.id("connection_id")?;
    let maybe_twice = fields.flag("maybe_twice")?;
    Ok(Claim {
        delivery: fields.id("id")?,
        destination: fields.id("destination_id")?,
        token: vault.open(&connection, fields.get("token_sealed")?)?,
        token_version: fields.get("token_version")?,
        connection,
        target: fields.target()?,
        resolved_channel: fields.get("resolved_channel")?,
        text: text(fields.get("text")?, maybe_twice),
        blocks: fields.blocks()?.map(|blocks| card(blocks, maybe_twice)),
        resends: fields.flag("again_in_doubt")?,
        attempts: u32::try_from(fields.get::<i64>("attempts")?).unwrap_or(u32::MAX),
        created_at: fields.get("created_at")?,
        // To whom it replies is looked up for those that have one.
        thread: fields
            .get::<Option<&str>>("thread_key")?
            .map(|_| ThreadTurn::Opens { note: None }),
    })
}

/// A message that may be there twice says so.
pub(super) fn text(text: String, maybe_twice: bool) -> String {
    if maybe_twice { text + SENT_AGAIN } else { text }
}

/// The same for a card; its limits are looked at once more, for it may be older than they are.
pub(super) fn card(mut blocks: Blocks, maybe_twice: bool) -> Blocks {
    if maybe_twice {
        blocks.add_note(SENT_AGAIN.trim_start());
    }
    blocks.fit();
    blocks
}

/// Writes the lease and the pace into the destinations, and `sending` into the deliveries.
async fn lease(db: &mut Connection, claims: &[Claim], terms: &Terms<'_>, now: Timestamp) -> Result<()> {
    let pace = terms.pace;
    let count = claims.len() as u64;
    // Generic cell rate: this message's arrival moves the theoretical time of the next one by one interval; the next
    // may come earlier than that by `burst - 1` intervals.
    let interval = pace.interval_ms.max(0);
    let ahead = interval.saturating_mul(pace.burst.max(1) - 1);
    let mut sql = Sql::new("UPDATE destinations SET lease_owner = ");
    sql.push_bind(terms.worker.to_owned())
        .push(", lease_until = ")
        .push_bind(now.saturating_add(terms.lease_ms));
    sql.push(", lease_delivery_id = ")
        .push(destinations::oldest_waiting("destinations"));
    sql.push(", ready_at = NULL, written_at = ").push_bind(now);
    // Numbers, not parameters: PostgreSQL could not tell their type inside CASE.
    let tat = format!("(CASE WHEN tat > {now} THEN tat ELSE {now} END + {interval})");
    sql.push(format!(", tat = {tat}, next_at = {tat} - {ahead} WHERE "));
    push_in(
        &mut sql,
        "id",
        claims.iter().map(|claim| claim.destination.as_str()),
    );
    let leased = sql.build().execute(&mut *db).await?.rows_affected();

    let mut sql = Sql::new("UPDATE deliveries SET status = 'sending', updated_at = ");
    sql.push_bind(now).push(" WHERE ");
    push_in(&mut sql, "id", claims.iter().map(|claim| claim.delivery.as_str()));
    // Inside CASE, so that no planner reads the index of the whole queue for it: the ids are enough.
    sql.push(format!(" AND CASE WHEN {WAITING} THEN 1 ELSE 0 END = 1"));
    let sending = sql.build().execute(db).await?.rows_affected();
    expect_one(
        u64::from(leased == count && sending == count),
        StoreError::Conflict,
    )
}

/// Puts destinations off whose token nobody can read.
async fn rest(db: &mut Connection, ids: &[String], now: Timestamp) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let until = now.saturating_add(REST_WITHOUT_KEY);
    let mut sql = Sql::new("UPDATE destinations SET blocked_until = ");
    sql.push_bind(until)
        .push(", ready_at = ")
        .push_bind(until)
        .push(", written_at = ")
        .push_bind(now)
        .push(" WHERE ");
    push_in(&mut sql, "id", ids);
    sql.build().execute(db).await?;
    Ok(())
}

/// Restores the invariant of `ready_at`, should it ever be broken: such rows would be read by every claim.
async fn forget_idle(db: &mut Connection, due: &[String]) -> Result<()> {
    let mut sql = Sql::new("UPDATE destinations SET ready_at = NULL WHERE ");
    push_in(&mut sql, "id", due);
    sql.push(format!(
        " AND {} IS NULL",
        destinations::oldest_waiting("destinations")
    ));
    sql.build().execute(db).await?;
    Ok(())
}

pub(super) async fn next_due(db: &mut Connection) -> Result<Option<Timestamp>> {
    Ok(
        sqlx::query_scalar("SELECT MIN(ready_at) FROM destinations WHERE ready_at IS NOT NULL")
            .fetch_one(db)
            .await?,
    )
}
