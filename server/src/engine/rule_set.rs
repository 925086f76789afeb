//! The active rules, indexed by the entity they live on, then by level and trigger.
//!
//! Readers never wait: each shard is an immutable map behind an atomic pointer. A change rebuilds one shard of 256, so
//! that saving a rule stays quick with a million of them.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use arc_swap::ArcSwap;
use leadbell_domain::{EntityId, Event, Level, RuleId, RuleStatus, StoredRule, Trigger};

/// One list of rules: those of one entity, level and trigger.
#[derive(Clone, Debug)]
struct Group {
    level: Level,
    trigger: Trigger,
    rules: Vec<Arc<StoredRule>>,
}

type Shard = HashMap<EntityId, Vec<Group>>;

/// Shards; a power of two, so that a change copies 1/256 of the index.
const SHARDS: usize = 256;

/// The index of active rules.
pub struct RuleSet {
    shards: Vec<ArcSwap<Shard>>,
}

impl Default for RuleSet {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| ArcSwap::from_pointee(Shard::new())).collect(),
        }
    }
}

/// Changed shards that are not in force yet.
pub struct Prepared(Vec<(usize, Arc<Shard>)>);

fn shard_of(entity: &str) -> usize {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(entity);
    (hash % SHARDS as u64) as usize
}

impl RuleSet {
    /// Shows every active rule of this level whose scope contains the event and whose trigger is the event's.
    pub fn visit(&self, event: &Event, level: Level, mut show: impl FnMut(&Arc<StoredRule>)) {
        let Some(entity) = event.scope_id(level) else {
            return;
        };
        let shard = self.shards[shard_of(entity.as_str())].load();
        let Some(groups) = shard.get(entity.as_str()) else {
            return;
        };
        for group in groups
            .iter()
            .filter(|group| group.level == level && group.trigger == event.trigger)
        {
            group.rules.iter().for_each(&mut show);
        }
    }

    /// Whether any rule fires for the event.
    #[must_use]
    pub fn fires(&self, event: &Event) -> bool {
        let mut fires = false;
        for level in Level::ALL {
            self.visit(event, level, |stored| {
                fires = fires || stored.rule.fires_for(event)
            });
        }
        fires
    }

    /// Takes over rules that were added, changed or deleted. A rule's entity never changes.
    pub fn apply(&self, changed: Vec<StoredRule>, deleted: &[(RuleId, EntityId)]) {
        self.put(self.prepare(changed, deleted));
    }

    /// The shards as they will be: what takes long, and what nobody sees yet.
    #[must_use]
    pub fn prepare(&self, changed: Vec<StoredRule>, deleted: &[(RuleId, EntityId)]) -> Prepared {
        let mut by_shard: HashMap<usize, Vec<Change>> = HashMap::new();
        for rule in changed {
            by_shard
                .entry(shard_of(rule.rule.entity.as_str()))
                .or_default()
                .push(Change::Put(Arc::new(rule)));
        }
        for (id, entity) in deleted {
            by_shard
                .entry(shard_of(entity.as_str()))
                .or_default()
                .push(Change::Remove(id, entity));
        }
        let mut prepared = Vec::with_capacity(by_shard.len());
        for (index, changes) in by_shard {
            let mut shard = Shard::clone(&self.shards[index].load());
            for change in changes {
                match change {
                    Change::Put(rule) => {
                        remove(&mut shard, &rule.id, &rule.rule.entity);
                        if rule.rule.status == RuleStatus::Active {
                            insert(&mut shard, rule);
                        }
                    }
                    Change::Remove(id, entity) => remove(&mut shard, id, entity),
                }
            }
            prepared.push((index, Arc::new(shard)));
        }
        Prepared(prepared)
    }

    /// Puts prepared shards into force: as many pointers as there are.
    pub fn put(&self, prepared: Prepared) {
        for (index, shard) in prepared.0 {
            self.shards[index].store(shard);
        }
    }

    /// How many rules are indexed.
    #[must_use]
    pub fn len(&self) -> usize {
        let groups = |shard: &ArcSwap<Shard>| -> usize {
            shard
                .load()
                .values()
                .flatten()
                .map(|group| group.rules.len())
                .sum()
        };
        self.shards.iter().map(groups).sum()
    }

    /// Whether no rule is active.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

enum Change<'a> {
    Put(Arc<StoredRule>),
    Remove(&'a RuleId, &'a EntityId),
}

fn remove(shard: &mut Shard, id: &RuleId, entity: &EntityId) {
    let Some(groups) = shard.get_mut(entity.as_str()) else {
        return;
    };
    for group in groups.iter_mut() {
        group.rules.retain(|rule| rule.id != *id);
    }
    groups.retain(|group| !group.rules.is_empty());
    if groups.is_empty() {
        shard.remove(entity.as_str());
    }
}

fn insert(shard: &mut Shard, rule: Arc<StoredRule>) {
    let (level, trigger) = (rule.rule.level, rule.rule.trigger);
    let groups = shard.entry(rule.rule.entity.clone()).or_default();
    match groups
        .iter_mut()
        .find(|group| group.level == level && group.trigger == trigger)
    {
        Some(group) => {
            // Oldest first, so that one event's messages come in the order in which the rules were made.
            let at = group.rules.partition_point(|other| other.number < rule.number);
            group.rules.insert(at, rule);
        }
        None => groups.push(Group {
            level,
            trigger,
            rules: vec![rule],
        }),
    }
}
