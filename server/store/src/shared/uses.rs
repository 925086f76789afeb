//! What rules and presets name in their filters, kept beside them so that "what uses this publisher?" reads no rule.

use std::collections::BTreeSet;

use leadbell_domain::{EntityKind, FilterKey, Filters, PresetId, RuleDraft};

use super::{CHUNK, Connection, Result, Sql};
use crate::text::clean;

/// Entities named, each once: kind and id.
type Named = BTreeSet<(&'static str, String)>;

fn add<'a>(named: &mut Named, key: FilterKey, ids: impl IntoIterator<Item = &'a String>) {
    // A method is a word, no entity.
    if EntityKind::from_key(key.key()).is_some() {
        named.extend(ids.into_iter().map(|id| (key.key(), clean(id))));
    }
}

/// Keeps what the rule of this number names.
pub(super) async fn keep_rule(db: &mut Connection, number: i64, filters: &Filters) -> Result<()> {
    let mut named = Named::new();
    for (key, list) in &filters.lists {
        add(&mut named, *key, list.values());
    }
    for part in named.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        let mut sql = Sql::new("INSERT INTO rule_uses (kind, entity_id, number) ");
        sql.push_values(part, |mut row, (kind, id)| {
            row.push_bind(*kind).push_bind(id.clone()).push_bind(number);
        });
        sql.build().execute(&mut *db).await?;
    }
    Ok(())
}

/// Forgets what the rule of this number named.
pub(super) async fn forget_rule(db: &mut Connection, number: i64) -> Result<()> {
    sqlx::query("DELETE FROM rule_uses WHERE number = $1")
        .bind(number)
        .execute(db)
        .await?;
    Ok(())
}

/// Keeps what a preset names.
pub(super) async fn keep_preset(db: &mut Connection, id: &PresetId, draft: &RuleDraft) -> Result<()> {
    let mut named = Named::new();
    for (key, filter) in &draft.filters {
        add(&mut named, *key, &filter.values);
    }
    for part in named.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        let mut sql = Sql::new("INSERT INTO preset_uses (kind, entity_id, preset_id) ");
        sql.push_values(part, |mut row, (kind, entity)| {
            row.push_bind(*kind)
                .push_bind(entity.clone())
                .push_bind(id.to_string());
        });
        sql.build().execute(&mut *db).await?;
    }
    Ok(())
}

/// Forgets what a preset named.
pub(super) async fn forget_preset(db: &mut Connection, id: &PresetId) -> Result<()> {
    sqlx::query("DELETE FROM preset_uses WHERE preset_id = $1")
        .bind(id.as_str())
        .execute(db)
        .await?;
    Ok(())
}
