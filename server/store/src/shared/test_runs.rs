//! Test runs.

use async_trait::async_trait;
use leadbell_domain::{Level, RuleId, Trigger};

use super::delivery_log::push_scopes;
use super::fields::Fields;
use super::store::{read, write};
use super::{Connection, DbStore, EXPLAIN, Result, Row, Sql, explained, search};
use crate::text::{clean, search_text};
use crate::{Actor, StoreError, TestAnswer, TestRun, TestRunQuery, TestRuns, TestSource, TestVerdict};

const COLUMNS: &str = "r.id, r.made_at, r.actor_kind, r.actor_id, r.actor_name, r.level, r.entity_id, r.trigger_key, \
                       r.rule_id, r.rule_number, r.rule_version, r.rule_name, r.target_kind, r.target_id, r.source, \
                       r.event_id, r.typed, r.fires, r.verdict, r.text, r.blocks, r.shows_personal_data, r.sent_ok, \
                       r.sent_said, r.sent_note";

async fn keep(db: &mut Connection, run: &TestRun) -> Result<()> {
    let verdict = serde_json::to_string(&run.verdict).map_err(|error| StoreError::Inconsistent {
        table: "test_runs",
        row: run.id.to_string(),
        detail: error.to_string(),
    })?;
    let sent = run.sent.as_ref();
    let rule = run.rule.as_ref();
    let mut sql = Sql::new(
        "INSERT INTO test_runs (id, made_at, actor_kind, actor_id, actor_name, who, level, entity_id, platform, \
         trigger_key, rule_id, rule_number, rule_version, rule_name, target_kind, target_id, source, event_id, typed, \
         fires, verdict, text, blocks, shows_personal_data, sent_ok, sent_said, sent_note) ",
    );
    sql.push_values([run], |mut row, run| {
        row.push_bind(run.id.to_string())
            .push_bind(run.made_at)
            .push_bind(run.actor.kind())
            .push_bind(run.actor.id().map(str::to_owned))
            .push_bind(clean(run.actor.name()))
            .push_bind(search_text(&[run.actor.name()]))
            .push_bind(run.level.key())
            .push_bind(run.entity.to_string())
            .push_bind(run.trigger.platform().key())
            .push_bind(run.trigger.key())
            .push_bind(rule.map(|(id, _, _)| id.to_string()))
            .push_bind(rule.map(|(_, number, _)| *number))
            .push_bind(rule.map(|(_, _, version)| *version))
            .push_bind(clean(&run.rule_name))
            .push_bind(run.target.kind_key())
            .push_bind(run.target.id().to_owned())
            .push_bind(run.source.key())
            .push_bind(clean(run.event_id.as_str()))
            .push_bind(clean(&run.typed.join(",")))
            .push_bind(i64::from(run.fires))
            .push_bind(clean(&verdict))
            .push_bind(clean(&run.text))
            .push_bind(
                run.blocks
                    .as_ref()
                    .and_then(|blocks| serde_json::to_string(blocks).ok()),
            )
            .push_bind(i64::from(run.shows_personal_data))
            .push_bind(sent.map(|sent| i64::from(sent.ok)))
            .push_bind(sent.map(|sent| clean(&sent.said)))
            .push_bind(sent.and_then(|sent| sent.note.as_deref().map(clean)));
    });
    sql.build().execute(db).await?;
    Ok(())
}

fn read_run(row: &Row) -> Result<TestRun> {
    let fields = Fields::of(row, "test_runs", "id")?;
    let (id, name) = (
        fields.get::<Option<&str>>("actor_id")?,
        fields.get::<&str>("actor_name")?,
    );
    let rule: Option<RuleId> = fields.opt_id("rule_id")?;
    let number: Option<i64> = fields.get("rule_number")?;
    let version: Option<i64> = fields.get("rule_version")?;
    let typed: String = fields.get("typed")?;
    let sent = match fields.get::<Option<i64>>("sent_ok")? {
        None => None,
        Some(ok) => Some(TestAnswer {
            ok: ok != 0,
            said: fields.get::<Option<String>>("sent_said")?.unwrap_or_default(),
            note: fields.get("sent_note")?,
        }),
    };
    Ok(TestRun {
        id: fields.id("id")?,
        made_at: fields.get("made_at")?,
        actor: fields.key("actor_kind", |kind| Actor::from_parts(kind, id, name))?,
        level: fields.key("level", Level::from_key)?,
        entity: fields.id("entity_id")?,
        trigger: fields.key("trigger_key", Trigger::from_key)?,
        rule: match (rule, number, version) {
            (Some(id), Some(number), Some(version)) => Some((id, number, version)),
            _ => None,
        },
        rule_name: fields.get("rule_name")?,
        target: fields.target()?,
        source: fields.key("source", TestSource::from_key)?,
        event_id: fields.id("event_id")?,
        typed: typed
            .split(',')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        fires: fields.flag("fires")?,
        verdict: fields.json::<TestVerdict>("verdict")?,
        text: fields.get("text")?,
        blocks: fields.blocks()?,
        shows_personal_data: fields.flag("shows_personal_data")?,
        sent,
    })
}

/// `None` when nothing can be in scope.
fn list_sql(begin: &str, query: &TestRunQuery) -> Option<Sql> {
    // Under the name of rules: a run has the level, entity and platform of its rule, and is seen by who sees that.
    let mut sql = Sql::new(format!("{begin}SELECT {COLUMNS} FROM test_runs r WHERE 1 = 1"));
    if !push_scopes(&mut sql, &query.scopes) {
        return None;
    }
    if let Some(id) = &query.id {
        sql.push(" AND r.id = ").push_bind(id.to_string());
    }
    if let Some(rule) = &query.rule {
        sql.push(" AND r.rule_id = ").push_bind(rule.to_string());
    }
    if let Some(number) = query.rule_number {
        sql.push(" AND r.rule_number = ").push_bind(number);
    }
    search::push_search(&mut sql, "r.who", &query.who);
    if let Some(fires) = query.fires {
        sql.push(" AND r.fires = ").push_bind(i64::from(fires));
    }
    if let Some(from) = query.from {
        sql.push(" AND r.made_at >= ").push_bind(from);
    }
    if let Some(until) = query.until {
        sql.push(" AND r.made_at < ").push_bind(until);
    }
    if let Some(before) = &query.before {
        sql.push(" AND r.id < ").push_bind(before.to_string());
    }
    sql.push(" ORDER BY r.id DESC LIMIT ")
        .push_bind(query.limit.max(0));
    Some(sql)
}

async fn list(db: &mut Connection, query: &TestRunQuery) -> Result<Vec<TestRun>> {
    let Some(mut sql) = list_sql("", query) else {
        return Ok(Vec::new());
    };
    sql.build().fetch_all(db).await?.iter().map(read_run).collect()
}

#[async_trait]
impl TestRuns for DbStore {
    async fn keep_test_run(&self, run: &TestRun) -> Result<(), StoreError> {
        write!(self, keep, run)
    }

    async fn test_runs(&self, query: &TestRunQuery) -> Result<Vec<TestRun>, StoreError> {
        read!(self, list, query)
    }

    async fn explain_test_runs(&self, query: &TestRunQuery) -> Result<Vec<String>, StoreError> {
        match list_sql(&format!("{EXPLAIN} "), query) {
            Some(sql) => read!(self, explained, sql),
            None => Ok(Vec::new()),
        }
    }
}
