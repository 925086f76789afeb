//! A rule as a row: reading and writing it, always with the next version of the rule set.

use leadbell_domain::{
    Card, Filters, Layout, Level, Rule, RuleStatus, SlackAction, StoredRule, Template, Trigger,
};
use sqlx::Database;
use sqlx::query::Query;

use super::fields::Fields;
use super::{Connection, Db, Result, Row, expect_one};
use crate::text::{clean, search_text};
use crate::{KeptRule, StoreError};

pub(super) const COLUMNS: &str = "r.id, r.number, r.version, r.name, r.level, r.entity_id, r.trigger_key, r.filters, \
                                  r.connection_id, r.target_kind, r.target_id, r.template, r.shows_personal_data, r.note, \
                                  r.preset_id, r.includes_test_leads, r.includes_duplicates, r.sending, r.layout, r.status, r.author_id, \
                                  r.created_at, r.updated_at";

pub(super) fn read(row: &Row) -> Result<StoredRule> {
    let fields = Fields::of(row, "rules", "id")?;
    Ok(StoredRule {
        id: fields.id("id")?,
        number: fields.get("number")?,
        version: fields.get("version")?,
        rule: Rule {
            name: fields.get("name")?,
            note: fields.get("note")?,
            preset: fields.opt_id("preset_id")?,
            level: fields.key("level", Level::from_key)?,
            entity: fields.id("entity_id")?,
            trigger: fields.key("trigger_key", Trigger::from_key)?,
            filters: fields.json::<Filters>("filters")?,
            includes_test_leads: fields.flag("includes_test_leads")?,
            includes_duplicates: fields.flag("includes_duplicates")?,
            action: SlackAction {
                connection: fields.id("connection_id")?,
                target: fields.target()?,
                template: Template::stored(fields.get("template")?),
                shows_personal_data: fields.flag("shows_personal_data")?,
                sending: fields.json("sending")?,
                layout: fields.opt_json("layout")?.unwrap_or_default(),
            },
            status: fields.key("status", RuleStatus::from_key)?,
        },
        created_at: fields.get("created_at")?,
        updated_at: fields.get("updated_at")?,
        author: fields.opt_id("author_id")?,
    })
}

/// The same with `deleted_at`.
pub(super) fn read_kept(row: &Row) -> Result<KeptRule> {
    Ok(KeptRule {
        stored: read(row)?,
        deleted_at: Fields::of(row, "rules", "id")?.get("deleted_at")?,
    })
}

/// Takes the next values of a counter and answers the last of them; whoever comes next waits until this transaction ends. That is what makes
/// `change_seq` appear in order: nobody sees 5 before 4.
pub(super) async fn next(db: &mut Connection, counter: &'static str, count: i64) -> Result<i64> {
    Ok(
        sqlx::query_scalar("UPDATE counters SET value = value + $2 WHERE name = $1 RETURNING value")
            .bind(counter)
            .bind(count)
            .fetch_one(db)
            .await?,
    )
}

/// Holds the version of the rule set until this transaction ends, if it is this one.
pub(super) async fn hold_version(db: &mut Connection, seen: i64) -> Result<()> {
    let held = sqlx::query("UPDATE counters SET value = value WHERE name = 'rules_version' AND value = $1")
        .bind(seen)
        .execute(db)
        .await?;
    expect_one(held.rows_affected(), StoreError::Conflict)
}

pub(super) async fn next_version(db: &mut Connection) -> Result<i64> {
    next(db, "rules_version", 1).await
}

pub(super) async fn insert(db: &mut Connection, stored: &StoredRule) -> Result<()> {
    let change = next_version(db).await?;
    let query = sqlx::query(
        "INSERT INTO rules (id, version, change_seq, name, trigger_key, platform, filters, connection_id, \
         target_kind, target_id, template, status, updated_at, search, shows_personal_data, note, preset_id, \
         includes_test_leads, includes_duplicates, sending, layout, number, level, entity_id, author_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
         $23, $24, $25, $26)",
    );
    bind_changing(query, stored, change)?
        .bind(stored.number)
        .bind(stored.rule.level.key())
        .bind(stored.rule.entity.to_string())
        .bind(stored.author.as_ref().map(ToString::to_string))
        .bind(stored.created_at)
        .execute(db)
        .await?;
    Ok(())
}

/// Writes the next version of a rule whose row is held already; a deleted one is back with it.
pub(super) async fn update(db: &mut Connection, stored: &StoredRule) -> Result<()> {
    let change = next_version(db).await?;
    let query = sqlx::query(
        "UPDATE rules SET version = $2, change_seq = $3, name = $4, trigger_key = $5, platform = $6, filters = $7, \
         connection_id = $8, target_kind = $9, target_id = $10, template = $11, status = $12, updated_at = $13, \
         search = $14, shows_personal_data = $15, note = $16, preset_id = $17, \
         includes_test_leads = $18, includes_duplicates = $19, sending = $20, layout = $21, deleted_at = NULL WHERE id = $1 AND version = $2 - 1",
    );
    let written = bind_changing(query, stored, change)?.execute(db).await?;
    expect_one(written.rows_affected(), StoreError::Conflict)
}

type Bound<'q> = Query<'q, Db, <Db as Database>::Arguments<'q>>;

/// Binds $1 to $21: the id and everything that an update changes.
fn bind_changing<'q>(query: Bound<'q>, stored: &StoredRule, change: i64) -> Result<Bound<'q>> {
    let rule = &stored.rule;
    let target = &rule.action.target;
    let template = clean(rule.action.template.text());
    let unwritable = |error: serde_json::Error| StoreError::Inconsistent {
        table: "rules",
        row: stored.id.to_string(),
        detail: format!("can't be written: {error}"),
    };
    let filters = serde_json::to_string(&rule.filters).map_err(unwritable)?;
    // As short as most are: a claim then sees at a glance that there is nothing to judge.
    let sending = if rule.action.sending.is_default() {
        "{}".to_owned()
    } else {
        serde_json::to_string(&rule.action.sending).map_err(unwritable)?
    };
    let layout = match &rule.action.layout {
        Layout::Text => None,
        card => Some(serde_json::to_string(card).map_err(unwritable)?),
    };
    // "#412" finds the number, "412" too.
    let number = format!("#{}", stored.number);
    let mut words = vec![number.as_str(), &rule.name, target.id(), &template, &rule.note];
    words.extend(rule.action.layout.card().into_iter().flat_map(Card::texts));
    let search = search_text(&words);
    Ok(query
        .bind(stored.id.to_string())
        .bind(stored.version)
        .bind(change)
        .bind(clean(&rule.name))
        .bind(rule.trigger.key())
        .bind(rule.trigger.platform().key())
        .bind(filters)
        .bind(rule.action.connection.to_string())
        .bind(target.kind_key())
        .bind(target.id().to_owned())
        .bind(template)
        .bind(rule.status.key())
        .bind(stored.updated_at)
        .bind(search)
        .bind(i64::from(rule.action.shows_personal_data))
        .bind(clean(&rule.note))
        .bind(rule.preset.as_ref().map(ToString::to_string))
        .bind(i64::from(rule.includes_test_leads))
        .bind(i64::from(rule.includes_duplicates))
        .bind(sending)
        .bind(layout))
}
