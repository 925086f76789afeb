//! Counting what happens, hour by hour, in the transaction in which it happens: so no count can be another one than what
//! is counted, whatever crashes.
//!
//! A transaction counts at its end, and every one in the same order of tables and keys: no two can wait for each other.
//! What all events have in common would be one row that all servers wait for; each counts in a row of its own (`shard`).

mod read;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use leadbell_domain::{DeliveryStatus, Level, Platform, Timestamp, delay_step};

use super::fields::Fields;
use super::{CHUNK, Connection, Result, SINGLE_SERVER, Sql, push_in};
use crate::{MessageCounts, NewEvent, hour_of};

/// So many servers count beside each other; more share rows.
const SHARDS: u8 = 16;

fn shard() -> i64 {
    static SHARD: OnceLock<i64> = OnceLock::new();
    *SHARD.get_or_init(|| match SINGLE_SERVER {
        true => 0,
        false => i64::from(uuid::Uuid::now_v7().as_bytes()[15] % SHARDS),
    })
}

/// Whose count: a scope with its id, and the hour.
type Key = (&'static str, String, i64);

/// Where a rule lives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RulePlace {
    pub rule: String,
    pub level: Level,
    pub platform: Platform,
    pub entity: String,
}

impl RulePlace {
    /// The place in a row with `rule_id`, `level`, `platform` and `entity_id`.
    pub(super) fn of(fields: &Fields<'_>) -> Result<RulePlace> {
        Ok(RulePlace {
            rule: fields.get("rule_id")?,
            level: fields.key("level", Level::from_key)?,
            platform: fields.key("platform", Platform::from_key)?,
            entity: fields.get("entity_id")?,
        })
    }

    fn scopes(&self) -> Vec<(&'static str, String)> {
        let platform = || self.platform.key().to_owned();
        match self.level {
            Level::Product => vec![("all", platform())],
            Level::Campaign => vec![("all", platform()), ("campaign", self.entity.clone())],
            Level::Publisher => vec![
                ("all", platform()),
                ("publisher", self.entity.clone()),
                ("publishers", platform()),
            ],
        }
    }
}

/// A message that reached its end, as far as we are concerned.
pub(super) struct Settled {
    pub place: RulePlace,
    pub status: DeliveryStatus,
    pub fired_at: Timestamp,
    pub at: Timestamp,
    /// Somebody or something other than Slack had it wait.
    pub forced: bool,
}

/// What one transaction counts.
#[derive(Default)]
pub(super) struct Counting {
    events: BTreeMap<Key, i64>,
    messages: BTreeMap<Key, MessageCounts>,
    delays: BTreeMap<(Key, i64), i64>,
    rules: BTreeMap<(String, i64), (RulePlace, MessageCounts)>,
}

impl Counting {
    /// An event, for everybody who may see it.
    fn event(&mut self, event: &NewEvent) {
        let hour = hour_of(event.received_at);
        let platform = event.source.key();
        let mut add = |scope, id: &str| *self.events.entry((scope, id.to_owned(), hour)).or_default() += 1;
        add("all", platform);
        let levels = event.trigger.levels();
        if let Some(publisher) = event
            .publisher
            .as_ref()
            .filter(|_| levels.contains(&Level::Publisher))
        {
            add("publisher", publisher.as_str());
            add("publishers", platform);
        }
        if let Some(campaign) = event
            .campaign
            .as_ref()
            .filter(|_| levels.contains(&Level::Campaign))
        {
            add("campaign", campaign.as_str());
        }
    }

    fn message(&mut self, place: &RulePlace, hour: i64, count: impl Fn(&mut MessageCounts)) {
        for (scope, id) in place.scopes() {
            count(self.messages.entry((scope, id, hour)).or_default());
        }
        let rule = self.rules.entry((place.rule.clone(), hour));
        count(
            &mut rule
                .or_insert_with(|| (place.clone(), MessageCounts::default()))
                .1,
        );
    }

    /// A message that was sent, failed, or of which nobody knows.
    pub(super) fn settled(&mut self, settled: &Settled) {
        let hour = hour_of(settled.at);
        match settled.status {
            DeliveryStatus::Sent => self.message(&settled.place, hour, |counts| counts.sent += 1),
            DeliveryStatus::Failed => self.message(&settled.place, hour, |counts| counts.failed += 1),
            DeliveryStatus::Ambiguous => self.message(&settled.place, hour, |counts| counts.doubtful += 1),
            _ => return,
        }
        if settled.status == DeliveryStatus::Sent && !settled.forced {
            let step = delay_step(settled.at - settled.fired_at);
            for (scope, id) in settled.place.scopes() {
                *self.delays.entry(((scope, id, hour), step)).or_default() += 1;
            }
        }
    }

    /// Adds it all to what is counted already.
    pub(super) async fn write(self, db: &mut Connection) -> Result<()> {
        let shard = shard();
        for chunk in chunks(&self.events) {
            let mut sql = Sql::new("INSERT INTO event_hours (scope, scope_id, hour, shard, events) ");
            sql.push_values(chunk, |mut row, ((scope, id, hour), events)| {
                row.push_bind(*scope)
                    .push_bind(id.clone())
                    .push_bind(*hour)
                    .push_bind(shard)
                    .push_bind(*events);
            });
            sql.push(
                " ON CONFLICT (scope, scope_id, hour, shard) DO UPDATE SET events = event_hours.events + excluded.events",
            );
            sql.build().persistent(false).execute(&mut *db).await?;
        }
        for chunk in chunks(&self.messages) {
            let mut sql = Sql::new(
                "INSERT INTO message_hours (scope, scope_id, hour, shard, fired, sent, failed, doubtful) ",
            );
            sql.push_values(chunk, |mut row, ((scope, id, hour), counts)| {
                row.push_bind(*scope)
                    .push_bind(id.clone())
                    .push_bind(*hour)
                    .push_bind(shard);
                push_counts(&mut row, *counts);
            });
            sql.push(" ON CONFLICT (scope, scope_id, hour, shard) DO UPDATE SET ")
                .push(added("message_hours"));
            sql.build().persistent(false).execute(&mut *db).await?;
        }
        for chunk in chunks(&self.delays) {
            let mut sql =
                Sql::new("INSERT INTO delay_hours (scope, scope_id, hour, up_to, shard, messages) ");
            sql.push_values(chunk, |mut row, (((scope, id, hour), step), messages)| {
                row.push_bind(*scope)
                    .push_bind(id.clone())
                    .push_bind(*hour)
                    .push_bind(*step)
                    .push_bind(shard)
                    .push_bind(*messages);
            });
            sql.push(
                " ON CONFLICT (scope, scope_id, hour, up_to, shard) DO UPDATE SET \
                 messages = delay_hours.messages + excluded.messages",
            );
            sql.build().persistent(false).execute(&mut *db).await?;
        }
        for chunk in chunks(&self.rules) {
            let mut sql = Sql::new(
                "INSERT INTO rule_hours (rule_id, hour, level, platform, entity_id, fired, sent, failed, doubtful) ",
            );
            sql.push_values(chunk, |mut row, ((rule, hour), (place, counts))| {
                row.push_bind(rule.clone())
                    .push_bind(*hour)
                    .push_bind(place.level.key())
                    .push_bind(place.platform.key())
                    .push_bind(place.entity.clone());
                push_counts(&mut row, *counts);
            });
            sql.push(" ON CONFLICT (rule_id, hour) DO UPDATE SET ")
                .push(added("rule_hours"));
            sql.build().persistent(false).execute(&mut *db).await?;
        }
        Ok(())
    }
}

/// In parts, each in the order of its keys.
fn chunks<K, V>(counts: &BTreeMap<K, V>) -> Vec<Vec<(&K, &V)>> {
    let all: Vec<(&K, &V)> = counts.iter().collect();
    all.chunks(CHUNK).map(<[_]>::to_vec).collect()
}

fn push_counts(
    row: &mut sqlx::query_builder::Separated<'_, '_, super::Db, &'static str>,
    counts: MessageCounts,
) {
    row.push_bind(counts.fired)
        .push_bind(counts.sent)
        .push_bind(counts.failed)
        .push_bind(counts.doubtful);
}

fn added(table: &str) -> String {
    ["fired", "sent", "failed", "doubtful"]
        .map(|column| format!("{column} = {table}.{column} + excluded.{column}"))
        .join(", ")
}

/// Counts events that were just written, with what they caused.
pub(super) async fn recorded(db: &mut Connection, events: &[&NewEvent]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let mut figures = Counting::default();
    for event in events {
        figures.event(event);
    }
    let places = places(db, events).await?;
    for event in events {
        // One rule answers one event once, however often it was planned.
        let mut rules: Vec<&str> = event
            .deliveries
            .iter()
            .map(|planned| planned.rule.as_str())
            .collect();
        rules.sort_unstable();
        rules.dedup();
        for place in rules.into_iter().filter_map(|rule| places.get(rule)) {
            figures.message(place, hour_of(event.received_at), |counts| counts.fired += 1);
        }
    }
    figures.write(db).await
}

/// Where the rules live that fired.
async fn places(db: &mut Connection, events: &[&NewEvent]) -> Result<BTreeMap<String, RulePlace>> {
    let mut rules: Vec<&str> = events
        .iter()
        .flat_map(|event| &event.deliveries)
        .map(|planned| planned.rule.as_str())
        .collect();
    rules.sort_unstable();
    rules.dedup();
    let mut places = BTreeMap::new();
    for chunk in rules.chunks(CHUNK) {
        let mut sql = Sql::new("SELECT id AS rule_id, level, platform, entity_id FROM rules WHERE ");
        push_in(&mut sql, "id", chunk);
        for row in &sql.build().fetch_all(&mut *db).await? {
            let place = RulePlace::of(&Fields::of(row, "rules", "rule_id")?)?;
            places.insert(place.rule.clone(), place);
        }
    }
    Ok(places)
}

/// Counts messages that were just given this status.
pub(super) async fn moved(
    db: &mut Connection,
    ids: &[String],
    status: DeliveryStatus,
    at: Timestamp,
) -> Result<()> {
    let mut figures = Counting::default();
    for chunk in ids.chunks(CHUNK) {
        let mut sql = Sql::new(
            "SELECT q.id, q.rule_id, q.created_at, q.forced, r.level, r.platform, r.entity_id \
             FROM deliveries q JOIN rules r ON r.id = q.rule_id WHERE ",
        );
        push_in(&mut sql, "q.id", chunk);
        for row in &sql.build().fetch_all(&mut *db).await? {
            let fields = Fields::of(row, "deliveries", "id")?;
            figures.settled(&Settled {
                place: RulePlace::of(&fields)?,
                status,
                fired_at: fields.get("created_at")?,
                at,
                forced: fields.flag("forced")?,
            });
        }
    }
    figures.write(db).await
}
