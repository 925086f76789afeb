//! Changing rules: every row first held, then written, each with a version of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use leadbell_domain::{Level, Rule, RuleId, Scope, StoredRule, Timestamp};

use super::rule_rows::{self, COLUMNS};
use super::{Connection, LOCK, Result, Sql, audit, expect_one, rule_versions, scope, uses};
use crate::{Actor, ChangeKind, Deed, KeptRule, RuleChange, StoreError};

/// What every change of a batch has in common.
struct Occasion<'a> {
    kind: Option<ChangeKind>,
    by: &'a Actor,
    now: Timestamp,
}

/// Makes the changes. `seen` is the version that the set of rules must have had until now.
pub(super) async fn apply(
    db: &mut Connection,
    changes: &[RuleChange],
    kind: Option<ChangeKind>,
    seen: Option<i64>,
    by: &Actor,
    now: Timestamp,
) -> Result<Vec<StoredRule>> {
    let occasion = Occasion { kind, by, now };
    let mut held = hold(db, changes).await?;
    // Counters come after rows, and this one before the version of the rule set, in every transaction.
    let mut numbers = numbers(db, changes).await?;
    if let Some(seen) = seen {
        rule_rows::hold_version(db, seen).await?;
    }
    let mut done = Vec::with_capacity(changes.len());
    for change in changes {
        let stored = match &change.deed {
            Deed::Insert(rule) => {
                let number = numbers.next().ok_or(StoreError::Conflict)?;
                insert(db, &change.id, rule, number, &occasion).await?
            }
            _ => {
                let old = held.remove(&change.id).ok_or(StoreError::NotFound)?;
                write(db, change, old, &occasion).await?
            }
        };
        let deleted_at = matches!(change.deed, Deed::Delete).then_some(now);
        held.insert(
            change.id.clone(),
            KeptRule {
                stored: stored.clone(),
                deleted_at,
            },
        );
        done.push(stored);
    }
    Ok(done)
}

/// Locks every rule that exists and is to be changed, in the order of their ids: no two batches wait for each other.
async fn hold(db: &mut Connection, changes: &[RuleChange]) -> Result<HashMap<RuleId, KeptRule>> {
    let added: BTreeSet<&RuleId> = changes
        .iter()
        .filter(|change| matches!(change.deed, Deed::Insert(_)))
        .map(|change| &change.id)
        .collect();
    let wanted: BTreeMap<&RuleId, &RuleChange> = changes
        .iter()
        .filter(|change| !added.contains(&change.id))
        .map(|change| (&change.id, change))
        .collect();
    let mut held = HashMap::with_capacity(wanted.len());
    for (id, change) in wanted {
        let kept = find_kept(db, id, change.level, &change.scope, LOCK)
            .await?
            .ok_or(StoreError::NotFound)?;
        held.insert(id.clone(), kept);
    }
    Ok(held)
}

/// Numbers for the rules that are added.
async fn numbers(db: &mut Connection, changes: &[RuleChange]) -> Result<std::ops::Range<i64>> {
    let added = changes
        .iter()
        .filter(|change| matches!(change.deed, Deed::Insert(_)))
        .count();
    let added = i64::try_from(added).unwrap_or(i64::MAX);
    if added == 0 {
        return Ok(0..0);
    }
    let last = rule_rows::next(db, "rule_number", added).await?;
    Ok(last - added + 1..last + 1)
}

/// A rule in scope, deleted or not.
pub(super) async fn find_kept(
    db: &mut Connection,
    id: &RuleId,
    level: Level,
    scope: &Scope,
    lock: &'static str,
) -> Result<Option<KeptRule>> {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS}, r.deleted_at FROM rules r WHERE r.id = "
    ));
    sql.push_bind(id.to_string())
        .push(" AND r.level = ")
        .push_bind(level.key());
    if !scope::push_rules(&mut sql, scope, level) {
        return Ok(None);
    }
    sql.push(lock);
    sql.build()
        .fetch_optional(db)
        .await?
        .as_ref()
        .map(rule_rows::read_kept)
        .transpose()
}

async fn insert(
    db: &mut Connection,
    id: &RuleId,
    rule: &Rule,
    number: i64,
    occasion: &Occasion<'_>,
) -> Result<StoredRule> {
    let stored = StoredRule {
        id: id.clone(),
        number,
        version: 1,
        rule: rule.clone(),
        created_at: occasion.now,
        updated_at: occasion.now,
        author: occasion.by.user().cloned(),
    };
    rule_rows::insert(db, &stored).await?;
    uses::keep_rule(db, number, &rule.filters).await?;
    keep(db, None, &stored, ChangeKind::Created, occasion).await?;
    Ok(stored)
}

async fn write(
    db: &mut Connection,
    change: &RuleChange,
    old: KeptRule,
    occasion: &Occasion<'_>,
) -> Result<StoredRule> {
    // Deleted rules are there for nobody but who restores them.
    if old.deleted_at.is_some() && !matches!(change.deed, Deed::Restore(_)) {
        return Err(StoreError::NotFound);
    }
    let was_deleted = old.deleted_at.is_some();
    let old = old.stored;
    if change.expected.is_some_and(|expected| expected != old.version) {
        return Err(StoreError::Conflict);
    }
    let rule = match &change.deed {
        Deed::Switch(status) if old.rule.status == *status => return Ok(old),
        Deed::Switch(status) => Rule {
            status: *status,
            ..old.rule.clone()
        },
        Deed::Update(rule) | Deed::Restore(rule) => {
            // A trigger of the other platform would move the rule out of its editor's reach.
            if matches!(&change.scope, Scope::Platform(platform) if rule.trigger.platform() != *platform) {
                return Err(StoreError::NotFound);
            }
            Rule {
                level: old.rule.level,
                entity: old.rule.entity.clone(),
                ..Rule::clone(rule)
            }
        }
        Deed::Insert(_) | Deed::Delete => old.rule.clone(),
    };
    // A save that changes nothing is no change.
    if matches!(change.deed, Deed::Update(_)) && rule == old.rule {
        return Ok(old);
    }
    let stored = StoredRule {
        version: old.version + 1,
        rule,
        updated_at: occasion.now,
        ..old.clone()
    };
    if matches!(change.deed, Deed::Delete) {
        delete(db, &stored).await?;
        uses::forget_rule(db, stored.number).await?;
    } else {
        rule_rows::update(db, &stored).await?;
        if was_deleted || stored.rule.filters != old.rule.filters {
            uses::forget_rule(db, stored.number).await?;
            uses::keep_rule(db, stored.number, &stored.rule.filters).await?;
        }
    }
    keep(db, Some(&old.rule), &stored, change.deed.kind(), occasion).await?;
    Ok(stored)
}

async fn delete(db: &mut Connection, stored: &StoredRule) -> Result<()> {
    let change = rule_rows::next_version(db).await?;
    let written = sqlx::query(
        "UPDATE rules SET deleted_at = $2, updated_at = $2, change_seq = $3, version = $4 \
         WHERE id = $1 AND version = $4 - 1 AND deleted_at IS NULL",
    )
    .bind(stored.id.as_str())
    .bind(stored.updated_at)
    .bind(change)
    .bind(stored.version)
    .execute(db)
    .await?;
    expect_one(written.rows_affected(), StoreError::Conflict)
}

/// Keeps the new version, and the line of the audit log that tells of it.
async fn keep(
    db: &mut Connection,
    before: Option<&Rule>,
    stored: &StoredRule,
    kind: ChangeKind,
    occasion: &Occasion<'_>,
) -> Result<()> {
    let kind = occasion.kind.unwrap_or(kind);
    rule_versions::insert(db, stored, kind, occasion.by).await?;
    audit::record_rule(db, before, stored, kind, occasion.by).await
}
