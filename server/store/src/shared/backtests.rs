//! Backtests: jobs that belong to who started them.

use async_trait::async_trait;
use leadbell_domain::{BacktestId, RuleId, Timestamp};

use super::delivery_log::push_scopes;
use super::fields::Fields;
use super::rule_rows;
use super::store::{read, write};
use super::{Connection, DbStore, Result, Row, Sql};
use crate::text::clean;
use crate::{
    Backtest, BacktestLimits, BacktestResult, BacktestStatus, Backtests, Reached, RuleScopes, StoreError,
};

/// Those of a rule that are listed.
const LISTED: i64 = 20;

fn unwritable(id: &BacktestId, error: &serde_json::Error) -> StoreError {
    StoreError::Inconsistent {
        table: "backtests",
        row: id.to_string(),
        detail: error.to_string(),
    }
}

async fn start(db: &mut Connection, new: &Backtest, limits: &BacktestLimits) -> Result<bool> {
    // Holds the counter's row: whoever counts at the same time waits.
    rule_rows::next(db, "backtests", 1).await?;
    fail_dead(db, limits.alive_since, new.created_at).await?;
    let mut count = async |own: bool| -> Result<i64> {
        let mut sql = Sql::new("SELECT COUNT(*) FROM backtests WHERE status = 'running'");
        if own {
            sql.push(" AND owner = ").push_bind(new.owner.clone());
        }
        Ok(sql.build_query_scalar::<i64>().fetch_one(&mut *db).await?)
    };
    if count(true).await? >= limits.own || count(false).await? >= limits.all {
        return Ok(false);
    }
    let rule = serde_json::to_string(&new.rule).map_err(|error| unwritable(&new.id, &error))?;
    let draft = new
        .draft
        .as_ref()
        .map(serde_json::to_string)
        .transpose()
        .map_err(|error| unwritable(&new.id, &error))?;
    let mut sql = Sql::new(
        "INSERT INTO backtests (id, owner, level, entity_id, platform, rule_id, rule_number, rule_version, draft, \
         rule, days, from_at, until_at, status, reached_at, judged, matched, created_at, updated_at) ",
    );
    sql.push_values([new], |mut row, new| {
        row.push_bind(new.id.to_string())
            .push_bind(new.owner.clone())
            .push_bind(new.rule.level.key())
            .push_bind(new.rule.entity.to_string())
            .push_bind(new.platform().key())
            .push_bind(new.rule_id.as_ref().map(RuleId::to_string))
            .push_bind(new.rule_number)
            .push_bind(new.rule_version)
            .push_bind(draft.as_deref().map(clean))
            .push_bind(clean(&rule))
            .push_bind(i64::from(new.days))
            .push_bind(new.from)
            .push_bind(new.until)
            .push_bind(BacktestStatus::Running.key())
            .push_bind(new.from)
            .push_bind(0_i64)
            .push_bind(0_i64)
            .push_bind(new.created_at)
            .push_bind(new.created_at);
    });
    sql.build().execute(db).await?;
    Ok(true)
}

async fn fail_dead(db: &mut Connection, alive_since: Timestamp, now: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE backtests SET status = 'failed', updated_at = $2 WHERE status = 'running' AND updated_at < $1",
    )
    .bind(alive_since)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

fn read_backtest(row: &Row) -> Result<Backtest> {
    let fields = Fields::of(row, "backtests", "id")?;
    let draft = match fields.get::<Option<String>>("draft")? {
        Some(_) => Some(fields.json("draft")?),
        None => None,
    };
    let result = match fields.get::<Option<String>>("result")? {
        Some(_) => Some(fields.json("result")?),
        None => None,
    };
    Ok(Backtest {
        id: fields.id("id")?,
        owner: fields.get("owner")?,
        draft,
        rule_id: fields.opt_id("rule_id")?,
        rule_number: fields.get("rule_number")?,
        rule_version: fields.get("rule_version")?,
        rule: fields.json("rule")?,
        days: u32::try_from(fields.get::<i64>("days")?).unwrap_or_default(),
        from: fields.get("from_at")?,
        until: fields.get("until_at")?,
        status: fields.key("status", BacktestStatus::from_key)?,
        reached: fields.get("reached_at")?,
        judged: fields.get("judged")?,
        matched: fields.get("matched")?,
        result,
        created_at: fields.get("created_at")?,
        updated_at: fields.get("updated_at")?,
    })
}

/// The owner's, in scope, newest first.
async fn list(
    db: &mut Connection,
    id: Option<&BacktestId>,
    rule: Option<&RuleId>,
    owner: &str,
    scopes: &RuleScopes,
) -> Result<Vec<Backtest>> {
    // Under the name of rules: a backtest has the level, entity and platform of its rule.
    let mut sql = Sql::new(
        "SELECT r.id, r.owner, r.rule_id, r.rule_number, r.rule_version, r.draft, r.rule, r.days, r.from_at, \
         r.until_at, r.status, r.reached_at, r.judged, r.matched, r.result, r.created_at, r.updated_at \
         FROM backtests r WHERE r.owner = ",
    );
    sql.push_bind(owner.to_owned());
    if !push_scopes(&mut sql, scopes) {
        return Ok(Vec::new());
    }
    if let Some(id) = id {
        sql.push(" AND r.id = ").push_bind(id.to_string());
    }
    if let Some(rule) = rule {
        sql.push(" AND r.rule_id = ").push_bind(rule.to_string());
    }
    sql.push(" ORDER BY r.id DESC LIMIT ").push_bind(LISTED);
    sql.build()
        .fetch_all(db)
        .await?
        .iter()
        .map(read_backtest)
        .collect()
}

async fn runs(db: &mut Connection, id: &BacktestId) -> Result<bool> {
    let status = sqlx::query_scalar::<_, String>("SELECT status FROM backtests WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    Ok(status.as_deref() == Some(BacktestStatus::Running.key()))
}

async fn reached(db: &mut Connection, id: &BacktestId, reached: Reached, now: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE backtests SET reached_at = $2, judged = $3, matched = $4, updated_at = $5 \
         WHERE id = $1 AND status = 'running'",
    )
    .bind(id.as_str())
    .bind(reached.at)
    .bind(reached.judged)
    .bind(reached.matched)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

async fn end(
    db: &mut Connection,
    id: &BacktestId,
    status: BacktestStatus,
    result: Option<&BacktestResult>,
    now: Timestamp,
) -> Result<bool> {
    let text = result
        .map(serde_json::to_string)
        .transpose()
        .map_err(|error| unwritable(id, &error))?;
    let done = sqlx::query(
        "UPDATE backtests SET status = $2, result = $3, updated_at = $4, \
         reached_at = CASE WHEN $2 = 'done' THEN until_at ELSE reached_at END \
         WHERE id = $1 AND status = 'running'",
    )
    .bind(id.as_str())
    .bind(status.key())
    .bind(text.as_deref().map(clean))
    .bind(now)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn sweep(
    db: &mut Connection,
    before: Timestamp,
    alive_since: Timestamp,
    now: Timestamp,
) -> Result<u64> {
    fail_dead(db, alive_since, now).await?;
    let deleted = sqlx::query("DELETE FROM backtests WHERE created_at < $1")
        .bind(before)
        .execute(db)
        .await?;
    Ok(deleted.rows_affected())
}

#[async_trait]
impl Backtests for DbStore {
    async fn start_backtest(&self, new: &Backtest, limits: &BacktestLimits) -> Result<bool, StoreError> {
        write!(self, start, new, limits)
    }

    async fn find_backtest(
        &self,
        id: &BacktestId,
        owner: &str,
        scopes: &RuleScopes,
    ) -> Result<Option<Backtest>, StoreError> {
        let found: Result<Vec<Backtest>> = read!(self, list, Some(id), None, owner, scopes);
        Ok(found?.pop())
    }

    async fn backtests_of(
        &self,
        rule: &RuleId,
        owner: &str,
        scopes: &RuleScopes,
    ) -> Result<Vec<Backtest>, StoreError> {
        read!(self, list, None, Some(rule), owner, scopes)
    }

    async fn backtest_runs(&self, id: &BacktestId) -> Result<bool, StoreError> {
        read!(self, runs, id)
    }

    async fn backtest_reached(&self, id: &BacktestId, to: Reached, now: Timestamp) -> Result<(), StoreError> {
        write!(self, reached, id, to, now)
    }

    async fn end_backtest(
        &self,
        id: &BacktestId,
        status: BacktestStatus,
        result: Option<&BacktestResult>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        write!(self, end, id, status, result, now)
    }

    async fn sweep_backtests(
        &self,
        before: Timestamp,
        alive_since: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        write!(self, sweep, before, alive_since, now)
    }
}
