//! Active rules of a trigger, found through the indexes that hold active rules only.

use async_trait::async_trait;
use leadbell_domain::{EntityId, StoredRule};

use super::fields::Fields;
use super::rule_rows::{self, COLUMNS};
use super::{Connection, DbStore, Result, Sql, push_in, scope};
use crate::traits::AdjacentStore;
use crate::{ActivePlace, ActiveRules};

/// Questions of one statement: far below both databases' limits of parts and parameters.
const QUESTIONS: usize = 50;

#[async_trait]
impl AdjacentStore for DbStore {
    async fn active_rules(&self, questions: &[ActiveRules]) -> Result<Vec<Vec<StoredRule>>> {
        let mut found = vec![Vec::new(); questions.len()];
        let mut db = self.reader.acquire().await?;
        for (number, part) in questions.chunks(QUESTIONS).enumerate() {
            find(&mut db, part, &mut found[number * QUESTIONS..]).await?;
        }
        Ok(found)
    }
}

async fn find(db: &mut Connection, questions: &[ActiveRules], found: &mut [Vec<StoredRule>]) -> Result<()> {
    let mut sql = Sql::new("");
    let mut asked = false;
    for (number, question) in questions.iter().enumerate() {
        if question.scope.is_nothing() {
            continue;
        }
        let mut part = Part {
            sql: &mut sql,
            first: !asked,
        };
        if !part.push(number, question) {
            // Not reachable through `Viewer::scope`: a scope of another level. Nothing is asked then.
            return Err(crate::StoreError::NotFound);
        }
        asked = true;
    }
    if !asked {
        return Ok(());
    }
    for row in &sql.build().fetch_all(db).await? {
        let question = Fields::of(row, "rules", "id")?.get::<i64>("question")?;
        let slot = usize::try_from(question).ok().and_then(|at| found.get_mut(at));
        if let Some(slot) = slot {
            slot.push(rule_rows::read(row)?);
        }
    }
    Ok(())
}

/// One question of the statement.
struct Part<'s> {
    sql: &'s mut Sql,
    first: bool,
}

impl Part<'_> {
    fn push(&mut self, number: usize, question: &ActiveRules) -> bool {
        if !self.first {
            self.sql.push(" UNION ALL ");
        }
        // The conditions of the partial indexes stand in the text: a parameter would hide them from the planner.
        self.sql
            .push(format!(
                "SELECT * FROM (SELECT CAST({number} AS BIGINT) AS question, {COLUMNS} FROM rules r \
                 WHERE r.deleted_at IS NULL AND r.status = 'active' AND r.level = "
            ))
            .push_bind(question.level.key())
            .push(" AND r.trigger_key = ")
            .push_bind(question.trigger.key());
        if let Some(target) = &question.target {
            self.sql.push(" AND r.target_id = ").push_bind(target.clone());
        }
        match &question.place {
            ActivePlace::Anywhere => {}
            ActivePlace::Entities(ids) => {
                self.sql.push(" AND ");
                push_in(self.sql, "r.entity_id", ids.iter().map(EntityId::as_str));
            }
            ActivePlace::CampaignsOf(product) => {
                self.sql
                    .push(
                        " AND r.entity_id IN (SELECT c.id FROM entities c WHERE c.kind = 'campaign' \
                         AND (c.product_id IS NULL OR c.product_id = ",
                    )
                    .push_bind(product.to_string())
                    .push("))");
            }
        }
        if !scope::push_rules(self.sql, &question.scope, question.level) {
            return false;
        }
        self.sql
            .push(" ORDER BY r.entity_id, r.number LIMIT ")
            .push_bind(question.limit.max(0))
            .push(format!(") q{number}"));
        true
    }
}
