//! Rules in a sentence each, with names as far as a viewer may know them: for lists over many products, campaigns and
//! publishers, with a query for each kind of entity and not for each rule.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use leadbell_domain::{EntityId, EntityKind, Sentence, StoredRule, Viewer};
use leadbell_store::{EntityQuery, Store, StoreError};
use serde_json::Value;

use crate::access::filter_kind;
use crate::names::WITHHELD;

/// The rules in words, in their order.
pub async fn sentences<'a>(
    store: &dyn Store,
    viewer: &Viewer,
    rules: impl Iterator<Item = &'a StoredRule> + Clone,
) -> Result<Vec<String>, StoreError> {
    let mut wanted: BTreeMap<EntityKind, BTreeSet<EntityId>> = BTreeMap::new();
    for stored in rules.clone() {
        let rule = &stored.rule;
        let own = wanted.entry(EntityKind::from(rule.level)).or_default();
        own.insert(rule.entity.clone());
        for (key, filter) in &rule.filters.lists {
            if let Some(kind) = filter_kind(*key) {
                let ids = filter.values().iter();
                let ids = ids.filter_map(|id| EntityId::new(id.clone()).ok());
                wanted.entry(kind).or_default().extend(ids);
            }
        }
    }
    let mut names: HashMap<(EntityKind, String), String> = HashMap::new();
    for (kind, ids) in wanted {
        let query = EntityQuery {
            limit: i64::try_from(ids.len()).unwrap_or(i64::MAX),
            ids: Some(ids.into_iter().collect()),
            hide_deleted: false,
            ..EntityQuery::of(kind, viewer.filter_scope(kind))
        };
        for found in store.list_entities(&query).await?.rows {
            names.insert((kind, found.id.to_string()), found.name);
        }
    }
    let name = |kind: EntityKind, id: &str| names.get(&(kind, id.to_owned())).cloned();
    Ok(rules
        .map(|stored| {
            let rule = &stored.rule;
            let entity = name(EntityKind::from(rule.level), rule.entity.as_str());
            let entity = entity.unwrap_or_else(|| rule.entity.to_string());
            Sentence::of(rule, &entity).write(&|key, id| match viewer.is_withheld(key) {
                true => Some(WITHHELD.to_owned()),
                false => name(filter_kind(key)?, id),
            })
        })
        .collect())
}

/// The rules as the REST interface answers them, each with its sentence.
pub async fn with_summaries<'a>(
    store: &dyn Store,
    viewer: &Viewer,
    rules: impl Iterator<Item = &'a StoredRule> + Clone,
) -> Result<Vec<Value>, StoreError> {
    let sentences = sentences(store, viewer, rules.clone()).await?;
    let told = rules.zip(sentences).map(|(rule, sentence)| {
        let mut json = rule.to_json();
        json["summary"] = Value::String(sentence);
        json
    });
    Ok(told.collect())
}
