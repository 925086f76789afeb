//! What a file would change, rule by rule. Nothing is written.

use std::collections::{BTreeMap, HashMap, HashSet};

use leadbell_domain::{
    ConnectionId, Duty, Entity, EntityId, EntityKind, FieldChange, FieldErrors, FilterKey, Level, PresetId,
    Rule, RuleId, RuleNames, StoredRule, Verb, rule_diff,
};
use leadbell_store::{Connection, KeptRule};
use serde_json::Value;

use super::item::{self, Item};
use crate::access::connection_scope;
use crate::actor::Caller;
use crate::judging::judge;
use crate::names::{Names, filter_names};
use crate::rules::RuleError;
use crate::state::AppState;

/// What a file would change.
#[derive(Debug)]
pub struct Plan {
    /// The version of the set of rules that this was found out for.
    pub version: i64,
    /// Every rule of the file, in its order.
    pub rules: Vec<Planned>,
}

/// One rule of the file.
#[derive(Debug)]
pub struct Planned {
    /// Its id, of a rule that is here or will be.
    pub id: Option<RuleId>,
    /// Its number, if it is here.
    pub number: Option<i64>,
    /// Its name in the file; may be empty.
    pub name: String,
    /// Where it lives, with the name of that.
    pub place: Option<(Level, EntityId, String)>,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a rule of the file.
#[derive(Debug)]
pub enum Fate {
    /// It is added.
    New(Box<Rule>),
    /// It is changed.
    Changed {
        /// What it is now.
        before: Box<StoredRule>,
        /// What it will be.
        after: Box<Rule>,
        /// The fields that differ.
        changes: Vec<FieldChange>,
        /// It is deleted now and comes back.
        restored: bool,
    },
    /// It is as in the file already.
    Unchanged,
    /// It can't be imported.
    Refused(FieldErrors),
}

/// Finds out what these rules would change. `Forbidden` when it is none of the caller's duties.
pub async fn plan(state: &AppState, caller: &Caller, rules: &[Value]) -> Result<Plan, RuleError> {
    if caller.duty(Duty::RuleData, Verb::Manage).is_nothing() {
        return Err(RuleError::Forbidden);
    }
    // Read first: what changes while we look makes the plan old, never wrong.
    let version = state.store.rules_version().await?;
    let connections = state.store.list_connections(&connection_scope(caller)).await?;
    let mut planner = Planner {
        state,
        caller,
        connections: &connections,
        entities: HashMap::new(),
        taken: HashSet::new(),
        names: HashSet::new(),
    };
    let mut planned = Vec::with_capacity(rules.len());
    for json in rules {
        planned.push(planner.rule(json).await?);
    }
    tell_changes(state, caller, &connections, &mut planned).await?;
    Ok(Plan {
        version,
        rules: planned,
    })
}

struct Planner<'a> {
    state: &'a AppState,
    caller: &'a Caller,
    connections: &'a [Connection],
    entities: HashMap<(Level, EntityId), Option<Entity>>,
    /// The rules that the file has spoken of already.
    taken: HashSet<RuleId>,
    /// The names that it has given to new rules.
    names: HashSet<(Level, EntityId, String)>,
}

impl Planner<'_> {
    async fn rule(&mut self, json: &Value) -> Result<Planned, RuleError> {
        let mut planned = Planned {
            id: None,
            number: None,
            name: item::name_of(json),
            place: None,
            fate: Fate::Unchanged,
        };
        let item = match item::read(json, self.connections) {
            Ok(item) => item,
            Err(errors) => {
                planned.fate = Fate::Refused(errors);
                return Ok(planned);
            }
        };
        planned.fate = match self.judge(&item, &mut planned).await {
            Ok(fate) => fate,
            Err(RuleError::Fields(errors)) => Fate::Refused(errors),
            Err(other) => return Err(other),
        };
        Ok(planned)
    }

    async fn judge(&mut self, item: &Item, planned: &mut Planned) -> Result<Fate, RuleError> {
        let (level, id) = (item.level, &item.entity);
        let Some(entity) = self.entity(level, id).await? else {
            let message = format!("There is no {} of this id.", level.label().to_lowercase());
            return Err(refused("entity_id", message));
        };
        planned.place = Some((level, id.clone(), entity.name.clone()));
        let known = self.known(item).await?;
        if let Some(known) = &known {
            planned.number = Some(known.stored.number);
            planned.id = Some(known.stored.id.clone());
        } else {
            planned.id.clone_from(&item.id);
        }
        if let Some(id) = &planned.id
            && !self.taken.insert(id.clone())
        {
            return Err(refused("id", "The file holds this rule twice."));
        }
        let before = known.as_ref().map(|known| &known.stored.rule);
        let rule = judge(self.state, self.caller, level, &entity, &item.draft, before)
            .await?
            .rule;
        let name = item.draft.name.trim().to_owned();
        if known.is_none()
            && item.id.is_none()
            && !name.is_empty()
            && !self.names.insert((level, id.clone(), name))
        {
            return Err(refused(
                "name",
                "The file holds two rules of this name here. Give them ids, or other names.",
            ));
        }
        let Some(KeptRule { stored, deleted_at }) = known else {
            return Ok(Fate::New(Box::new(rule)));
        };
        if deleted_at.is_none() && stored.rule == rule {
            return Ok(Fate::Unchanged);
        }
        Ok(Fate::Changed {
            before: Box::new(stored),
            after: Box::new(rule),
            changes: Vec::new(),
            restored: deleted_at.is_some(),
        })
    }

    /// The entity, if the caller may manage its rules; asked for once.
    async fn entity(&mut self, level: Level, id: &EntityId) -> Result<Option<Entity>, RuleError> {
        let key = (level, id.clone());
        if let Some(known) = self.entities.get(&key) {
            return Ok(known.clone());
        }
        // Asked here and not as for a form: a file from elsewhere names much that is not the caller's, and means no harm.
        let scope = self.caller.scope(level, Verb::Manage);
        let store = &self.state.store;
        let found = store.find_entity(EntityKind::from(level), id, &scope).await?;
        self.entities.insert(key, found.clone());
        Ok(found)
    }

    /// The rule that is meant: the one of the id, deleted or not, or else the only one of the name.
    async fn known(&self, item: &Item) -> Result<Option<KeptRule>, RuleError> {
        let store = &self.state.store;
        let scope = self.caller.scope(item.level, Verb::Manage);
        let Some(id) = &item.id else {
            let name = item.draft.name.trim();
            if name.is_empty() {
                return Ok(None);
            }
            let mut found = store
                .rules_named(item.level, &item.entity, name, &scope, 2)
                .await?;
            if found.len() > 1 {
                return Err(refused(
                    "name",
                    "Several rules have this name here. Say which is meant by its id.",
                ));
            }
            let kept = |stored| KeptRule {
                stored,
                deleted_at: None,
            };
            return Ok(found.pop().map(kept));
        };
        let Some(level) = store.kept_rule_level(id).await? else {
            return Ok(None);
        };
        let scope = self.caller.scope(level, Verb::Manage);
        match store.find_kept_rule(id, level, &scope).await? {
            Some(kept) if (level, &kept.stored.rule.entity) == (item.level, &item.entity) => Ok(Some(kept)),
            Some(_) => Err(refused(
                "entity_id",
                "This rule lives elsewhere, and a rule can't move. Leave its id out to add another one here.",
            )),
            // Somebody's whom this caller may not know of.
            None => Err(refused(
                "id",
                "This id can't be used. Leave it out to add a new rule.",
            )),
        }
    }
}

fn refused(field: &str, message: impl Into<String>) -> RuleError {
    RuleError::Fields(FieldErrors::one(field, message))
}

/// Says of every changed rule which fields differ, looking names up once for each entity.
async fn tell_changes(
    state: &AppState,
    caller: &Caller,
    connections: &[Connection],
    planned: &mut [Planned],
) -> Result<(), RuleError> {
    let mut by_entity: BTreeMap<(&'static str, EntityId), Vec<usize>> = BTreeMap::new();
    for (at, rule) in planned.iter().enumerate() {
        if let Fate::Changed { after, .. } = &rule.fate {
            by_entity
                .entry((after.level.key(), after.entity.clone()))
                .or_default()
                .push(at);
        }
    }
    for ((_, entity), places) in by_entity {
        let both = places.iter().filter_map(|at| match &planned[*at].fate {
            Fate::Changed { before, after, .. } => Some([&before.rule, &**after]),
            _ => None,
        });
        let rules: Vec<&Rule> = both.flatten().collect();
        let Some(level) = rules.first().map(|rule| rule.level) else {
            continue;
        };
        let words = Words {
            filters: filter_names(&*state.store, caller, level, &entity, rules.into_iter()).await?,
            connections,
        };
        for at in places {
            if let Fate::Changed {
                before,
                after,
                changes,
                ..
            } = &mut planned[at].fate
            {
                *changes = rule_diff(&before.rule, after, &words);
            }
        }
    }
    Ok(())
}

/// The names in which changes are told.
struct Words<'a> {
    filters: Names,
    connections: &'a [Connection],
}

impl RuleNames for Words<'_> {
    fn value(&self, filter: FilterKey, id: &str) -> Option<String> {
        self.filters.get(&(filter, id.to_owned())).cloned()
    }

    fn connection(&self, id: &ConnectionId) -> Option<String> {
        self.connections
            .iter()
            .find(|known| known.id == *id)
            .map(|known| known.name.clone())
    }

    fn preset(&self, _: &PresetId) -> Option<String> {
        None
    }
}
