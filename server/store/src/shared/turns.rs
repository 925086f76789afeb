//! A destination's turn: what of its queue goes out next, by the options of the rules. `domain::turn` decides; here is
//! what it needs to know, and what it says is written down.
//!
//! Everything happens while the destination's row is held, and a rule sends to one destination: so what is counted is
//! exact, and no message is judged twice.

use std::collections::{HashMap, HashSet};

use leadbell_domain::{
    Digest, DigestRule, Money, NotSent, QUOTED, SendingOptions, Timestamp, Turn, digest, turn,
};

use super::fields::Fields;
use super::{Connection, LOCK, Result, Row, Sql, destinations, push_in, rule_pace, set_back};
use crate::StoreError;
use crate::text::clean;
use crate::verdict::WAITING;

/// From how many that wait on they become one message: twice what goes at once after a pause, so that a handful of
/// leads in the same second are still told one by one; eight would keep a busy channel for eight seconds.
pub(super) const COLLAPSE_FROM: usize = 8;
/// Messages that one summary stands for at most: bounds how long the database is held for it.
const MOST_MERGED: i64 = 2_000;
/// Messages judged in one turn; the rest has the next one.
const MOST_JUDGED: usize = 100;
/// What a message must be for the rule's options to judge it: those that were judged, tried or asked for by a person
/// go out.
const UNJUDGED: &str = "status = 'queued' AND attempts = 0 AND forced = 0 AND priority = 0 \
                        AND NOT EXISTS (SELECT 1 FROM summaries s WHERE s.delivery_id = deliveries.id)";

/// A message that waits.
struct Waiting {
    id: String,
    rule: String,
    number: i64,
    name: String,
    options: SendingOptions,
    repeat_key: Option<String>,
    created_at: Timestamp,
    amount: Option<Money>,
}

/// What a turn came to.
pub(super) enum NextUp {
    /// The oldest that waits goes out, as it was when the turn came.
    AsItWas,
    /// The oldest that waits goes out; it is another one by now, or says something else.
    Send,
    /// Nothing does now.
    Nothing,
    /// Many were judged and none goes out; there are more.
    More,
}

/// Judges what waits at a held destination, until something is to go out.
pub(super) async fn next_up(
    db: &mut Connection,
    destination: &str,
    public_url: &str,
    now: Timestamp,
) -> Result<NextUp> {
    for judged in 0..MOST_JUDGED {
        let goes = if judged == 0 {
            NextUp::AsItWas
        } else {
            NextUp::Send
        };
        let Some(head) = head(db, destination).await? else {
            return Ok(NextUp::Nothing);
        };
        let head = match head {
            Head::AsItIs => return Ok(goes),
            Head::ToJudge(head) => head,
        };
        let before = rule_pace::read(db, &head.rule).await?;
        let told = told_before(db, &head, std::slice::from_ref(&*head)).await?;
        match turn(&head.options, before, repeats(&head, &told), now) {
            Turn::Send { pace, collapses } => {
                if head.options.caps.is_some() || head.options.first.is_some() {
                    rule_pace::write(db, &head.rule, &pace).await?;
                }
                let merged = collapses && collapse(db, destination, &head, public_url, now).await?;
                return Ok(if merged { NextUp::Send } else { goes });
            }
            Turn::Drop(NotSent::Repeat) => drop_one(db, &head.id, now).await?,
            Turn::Drop(why) => set_aside(db, destination, &head.rule, why, None, now).await?,
            Turn::Hold { until, why } => {
                set_aside(db, destination, &head.rule, why, Some(until), now).await?;
            }
        }
    }
    Ok(NextUp::More)
}

enum Head {
    /// It was judged before, or a person or its rule's priority says that it goes.
    AsItIs,
    ToJudge(Box<Waiting>),
}

async fn head(db: &mut Connection, destination: &str) -> Result<Option<Head>> {
    let oldest = destinations::oldest_waiting("d");
    let text = format!(
        "SELECT q.id, q.rule_id, q.repeat_key, q.created_at, q.amount, q.status, q.attempts, q.forced, q.priority, \
         r.sending, r.number, r.name, s.delivery_id AS summary FROM destinations d JOIN deliveries q ON q.id = {oldest} \
         JOIN rules r ON r.id = q.rule_id LEFT JOIN summaries s ON s.delivery_id = q.id WHERE d.id = $1"
    );
    let row = sqlx::query(&text).bind(destination).fetch_optional(db).await?;
    let Some(row) = row else { return Ok(None) };
    let fields = Fields::of(&row, "deliveries", "id")?;
    let summary: Option<String> = fields.get("summary")?;
    let goes = summary.is_some()
        || fields.get::<&str>("status")? != "queued"
        || fields.get::<i64>("attempts")? > 0
        || fields.flag("forced")?
        || fields.flag("priority")?;
    Ok(Some(if goes {
        Head::AsItIs
    } else {
        Head::ToJudge(Box::new(waiting(&row)?))
    }))
}

fn waiting(row: &Row) -> Result<Waiting> {
    let fields = Fields::of(row, "deliveries", "id")?;
    let amount: Option<String> = fields.get("amount")?;
    Ok(Waiting {
        id: fields.get("id")?,
        rule: fields.get("rule_id")?,
        number: fields.get("number")?,
        name: fields.get("name")?,
        options: fields.json("sending")?,
        repeat_key: fields.get("repeat_key")?,
        created_at: fields.get("created_at")?,
        amount: amount.and_then(|amount| amount.parse().ok()),
    })
}

/// When the same was last told by an earlier message of the rule, for each value of these messages.
async fn told_before(
    db: &mut Connection,
    head: &Waiting,
    messages: &[Waiting],
) -> Result<HashMap<String, Timestamp>> {
    let keys: HashSet<&str> = messages
        .iter()
        .filter(|message| message.rule == head.rule)
        .filter_map(|message| message.repeat_key.as_deref())
        .collect();
    if keys.is_empty() || head.options.repeats.is_none() {
        return Ok(HashMap::new());
    }
    // Told: sent, perhaps sent, or told in a summary. What waits comes later than the head; what failed told nobody.
    let mut sql = Sql::new("SELECT repeat_key, MAX(created_at) AS told_at FROM deliveries WHERE rule_id = ");
    sql.push_bind(head.rule.clone())
        .push(" AND id < ")
        .push_bind(head.id.clone());
    sql.push(
        " AND (status IN ('sent', 'sending', 'ambiguous', 'retrying') OR hold_until IS NOT NULL \
         OR told_in IS NOT NULL) AND ",
    );
    push_in(&mut sql, "repeat_key", keys);
    sql.push(" GROUP BY repeat_key");
    let mut told = HashMap::new();
    for row in &sql.build().fetch_all(db).await? {
        let fields = Fields::of(row, "deliveries", "repeat_key")?;
        told.insert(fields.get("repeat_key")?, fields.get("told_at")?);
    }
    Ok(told)
}

fn repeats(message: &Waiting, told: &HashMap<String, Timestamp>) -> bool {
    let (Some(repeats), Some(key)) = (&message.options.repeats, &message.repeat_key) else {
        return false;
    };
    let within = i64::from(repeats.minutes) * 60_000;
    // One that was told at a time of the future was told before the clock was set back: nobody knows how long ago.
    told.get(key)
        .is_some_and(|at| (-set_back::TOLERANCE..within).contains(&(message.created_at - at)))
}

async fn drop_one(db: &mut Connection, id: &str, now: Timestamp) -> Result<()> {
    let text = format!(
        "UPDATE deliveries SET status = 'suppressed', last_code = '{}', updated_at = $2 \
         WHERE id = $1 AND status = 'queued'",
        NotSent::Repeat.key()
    );
    let dropped = sqlx::query(&text).bind(id).bind(now).execute(db).await?;
    super::expect_one(dropped.rows_affected(), StoreError::Conflict)
}

/// Takes all that waits of a rule out of the queue, for good or until a moment.
async fn set_aside(
    db: &mut Connection,
    destination: &str,
    rule: &str,
    why: NotSent,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    let text = format!(
        "UPDATE deliveries SET status = 'suppressed', last_code = '{}', hold_until = $3, updated_at = $4 \
         WHERE destination_id = $1 AND rule_id = $2 AND {UNJUDGED}",
        why.key()
    );
    let aside = sqlx::query(&text)
        .bind(destination)
        .bind(rule)
        .bind(until)
        .bind(now)
        .execute(db)
        .await?;
    // The head itself is one of them: without it the turn would go on for ever.
    if aside.rows_affected() == 0 {
        return Err(StoreError::Conflict);
    }
    Ok(())
}

/// Merges what waits behind the head into it, if there is enough; answers whether.
async fn collapse(
    db: &mut Connection,
    destination: &str,
    head: &Waiting,
    public_url: &str,
    now: Timestamp,
) -> Result<bool> {
    // Of other rules only those whose options have nothing to judge.
    let text = format!(
        "SELECT q.id, q.rule_id, q.repeat_key, q.created_at, q.amount, r.sending, r.number, r.name \
         FROM (SELECT id, rule_id, repeat_key, created_at, amount FROM deliveries WHERE destination_id = $1 \
         AND {WAITING} AND {UNJUDGED} ORDER BY priority DESC, id LIMIT {MOST_MERGED}) q \
         JOIN rules r ON r.id = q.rule_id ORDER BY q.id"
    );
    let rows = sqlx::query(&text).bind(destination).fetch_all(&mut *db).await?;
    let all = rows.iter().map(waiting).collect::<Result<Vec<_>>>()?;
    let mut told = told_before(db, head, &all).await?;
    let mut members = Vec::new();
    for message in all {
        let own = message.rule == head.rule;
        if !own && !message.options.judges_nothing() {
            continue;
        }
        if own && message.id != head.id && repeats(&message, &told) {
            drop_one(db, &message.id, now).await?;
            continue;
        }
        if let Some(key) = message.repeat_key.as_ref().filter(|_| own) {
            told.insert(key.clone(), message.created_at);
        }
        members.push(message);
    }
    if members.len() < COLLAPSE_FROM || members.first().is_none_or(|first| first.id != head.id) {
        return Ok(false);
    }
    merge(db, &members, NotSent::InSummary, public_url, now).await?;
    Ok(true)
}

/// Makes the first of these stand for all.
async fn merge(
    db: &mut Connection,
    members: &[Waiting],
    why: NotSent,
    public_url: &str,
    now: Timestamp,
) -> Result<()> {
    let (Some(first), Some(last)) = (members.first(), members.last()) else {
        return Err(StoreError::NotFound);
    };
    let quoted = quoted(db, members).await?;
    let text = digest(&Digest {
        why,
        rules: &counted(members),
        span: (first.created_at, last.created_at),
        first: &quoted,
        log_url: &format!(
            "{}/log/deliveries?q={}",
            public_url.trim_end_matches('/'),
            first.id
        ),
    });
    sqlx::query("INSERT INTO summaries (delivery_id, text, messages, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&first.id)
        .bind(clean(&text))
        .bind(i64::try_from(members.len()).unwrap_or(i64::MAX))
        .bind(now)
        .execute(&mut *db)
        .await?;
    let mut sql = Sql::new("UPDATE deliveries SET status = 'suppressed', hold_until = NULL, last_code = ");
    sql.push_bind(NotSent::InSummary.key())
        .push(", told_in = ")
        .push_bind(first.id.clone());
    sql.push(", updated_at = ")
        .push_bind(now)
        .push(" WHERE status IN ('queued', 'suppressed') AND ");
    push_in(&mut sql, "id", members[1..].iter().map(|member| &member.id));
    let merged = sql.build().execute(db).await?.rows_affected();
    if merged != members.len() as u64 - 1 {
        return Err(StoreError::Conflict);
    }
    Ok(())
}

/// The texts of the first few.
async fn quoted(db: &mut Connection, members: &[Waiting]) -> Result<Vec<String>> {
    let mut sql = Sql::new("SELECT text FROM deliveries WHERE ");
    push_in(
        &mut sql,
        "id",
        members.iter().take(QUOTED).map(|member| &member.id),
    );
    sql.push(" ORDER BY id");
    Ok(sql.build_query_scalar().fetch_all(db).await?)
}

/// What each rule has among these, in the order of their first message.
fn counted(members: &[Waiting]) -> Vec<DigestRule> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut rules: Vec<DigestRule> = Vec::new();
    for member in members {
        let place = *places.entry(&member.rule).or_insert(rules.len());
        match rules.get_mut(place) {
            Some(rule) => {
                rule.count += 1;
                // A sum that leaves some out would be a wrong one.
                rule.total = rule
                    .total
                    .zip(member.amount)
                    .and_then(|(total, more)| total.plus(more));
            }
            None => rules.push(DigestRule {
                number: member.number,
                name: member.name.clone(),
                count: 1,
                total: member.amount,
            }),
        }
    }
    rules
}

/// Puts what was held until now back into the queue: one of a destination and rule as itself, more as one summary.
/// Answers whether there was any.
pub(super) async fn release_held(db: &mut Connection, public_url: &str, now: Timestamp) -> Result<bool> {
    let due: Option<(String, String)> = sqlx::query_as(
        "SELECT destination_id, rule_id FROM deliveries WHERE hold_until IS NOT NULL AND hold_until <= $1 \
         ORDER BY hold_until LIMIT 1",
    )
    .bind(now)
    .fetch_optional(&mut *db)
    .await?;
    let Some((destination, rule)) = due else {
        return Ok(false);
    };
    let text = format!("SELECT id FROM destinations WHERE id = $1{LOCK}");
    sqlx::query(&text).bind(&destination).fetch_all(&mut *db).await?;
    let text = format!(
        "SELECT q.id, q.rule_id, q.repeat_key, q.created_at, q.amount, q.last_code, r.sending, r.number, r.name \
         FROM deliveries q JOIN rules r ON r.id = q.rule_id WHERE q.destination_id = $1 AND q.rule_id = $2 \
         AND q.hold_until IS NOT NULL AND q.hold_until <= $3 ORDER BY q.id LIMIT {MOST_MERGED}"
    );
    let rows = sqlx::query(&text)
        .bind(&destination)
        .bind(&rule)
        .bind(now)
        .fetch_all(&mut *db)
        .await?;
    let why = match rows.first() {
        Some(row) => Fields::of(row, "deliveries", "id")?.key("last_code", NotSent::from_key)?,
        // Another server was faster.
        None => return Ok(true),
    };
    let members = rows.iter().map(waiting).collect::<Result<Vec<_>>>()?;
    if members.len() > 1 {
        merge(db, &members, why, public_url, now).await?;
    }
    // Judged already, when it was held.
    let freed = sqlx::query(
        "UPDATE deliveries SET status = 'queued', forced = 1, hold_until = NULL, last_code = NULL, updated_at = $2 \
         WHERE id = $1 AND status = 'suppressed'",
    )
    .bind(&members[0].id)
    .bind(now)
    .execute(&mut *db)
    .await?;
    super::expect_one(freed.rows_affected(), StoreError::Conflict)?;
    destinations::wake(db, std::iter::once(&destination)).await?;
    Ok(true)
}
