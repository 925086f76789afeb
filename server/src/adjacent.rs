//! Adjacent rules: the other active rules that can fire for the event of a rule, as far as the viewer may see them.
//!
//! Where they can be follows from the levels: an event has one product, one campaign and one publisher, and the triggers
//! of campaigns and publishers are different ones (matrix A). So a product's rule meets rules of its product, of the
//! product's campaigns and of publishers; a campaign's rule those of the campaign and of its product; a publisher's rule
//! those of the publisher and of products. The rest is [`can_both_fire`]'s to prove.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use leadbell_domain::{
    Entity, EntityId, EntityKind, FilterKey, Level, ListFilter, Owner, Owners, Role, Rule, RuleId,
    RuleStatus, Scope, SharedEvents, StoredRule, Target, Trigger, Verb, Viewer, can_both_fire, post_the_same,
    shared_events,
};
use leadbell_store::{ActivePlace, ActiveRules, EntityQuery, StoreError};

use crate::access::filter_kind;
use crate::state::AppState;

/// Adjacent rules that are counted; one more means "more".
pub const COUNTED: u32 = 200;
/// Rules looked at for one page of a list, shared among its rules.
const LOOKED_AT: i64 = 3_000;
/// Rules looked at for one rule.
const LOOKED_AT_FOR_ONE: i64 = 5_000;
/// Entities whose owners are looked up.
const OWNERS: usize = 1_000;

/// Whether a viewer is told of adjacent rules at all.
#[must_use]
pub fn is_told(viewer: &Viewer) -> bool {
    viewer.role != Role::Publisher
}

/// How many adjacent rules a rule has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many; [`COUNTED`] + 1 for more.
    pub count: u32,
    /// Whether one of them posts the same text to the same place.
    pub same_message: bool,
}

/// An adjacent rule.
#[derive(Clone, Debug)]
pub struct Adjacent {
    /// The rule.
    pub rule: StoredRule,
    /// The events that make both fire.
    pub shared: SharedEvents,
    /// Whether both post the same text to the same place.
    pub same_message: bool,
}

/// The adjacent rules of each of these rules, which all live on one entity.
pub async fn counts(
    state: &AppState,
    viewer: &Viewer,
    entity: &Entity,
    rules: &[&StoredRule],
) -> Result<HashMap<RuleId, Count>, StoreError> {
    let Some(level) = entity.kind.level() else {
        return Ok(HashMap::new());
    };
    let mut questions: Vec<ActiveRules> = Vec::new();
    let mut asked: Vec<Vec<usize>> = Vec::new();
    for stored in rules {
        let own = places(viewer, level, entity, &stored.rule, LOOKED_AT);
        asked.push(
            own.into_iter()
                .map(
                    |question| match questions.iter().position(|known| *known == question) {
                        Some(at) => at,
                        None => {
                            questions.push(question);
                            questions.len() - 1
                        }
                    },
                )
                .collect(),
        );
    }
    let share = LOOKED_AT / i64::try_from(questions.len()).unwrap_or(1).max(1);
    for question in &mut questions {
        question.limit = share.clamp(i64::from(COUNTED) + 2, 1_000);
    }
    let found = state.store.active_rules(&questions).await?;
    let owners = owners(
        state,
        rules.iter().map(|stored| &stored.rule).chain(inner(&found)),
    )
    .await?;
    let mut counts = HashMap::new();
    for (stored, asked) in rules.iter().zip(asked) {
        let mut counted = Count::default();
        for other in asked.iter().flat_map(|at| &found[*at]) {
            if counted.count > COUNTED {
                break;
            }
            if other.id != stored.id && can_both_fire(&stored.rule, &other.rule, &owners) {
                counted.count += 1;
                counted.same_message |= post_the_same(&stored.rule, &other.rule);
            }
        }
        counts.insert(stored.id.clone(), counted);
    }
    Ok(counts)
}

/// The adjacent rules of one rule, those that post the same first, and whether there may be more.
pub async fn of_rule(
    state: &AppState,
    viewer: &Viewer,
    entity: &Entity,
    stored: &StoredRule,
) -> Result<(Vec<Adjacent>, bool), StoreError> {
    let rule = &stored.rule;
    let questions = places(viewer, rule.level, entity, rule, LOOKED_AT_FOR_ONE);
    let found = state.store.active_rules(&questions).await?;
    let mut more = found
        .iter()
        .any(|part| i64::try_from(part.len()).unwrap_or(i64::MAX) >= LOOKED_AT_FOR_ONE);
    let owners = owners(state, std::iter::once(rule).chain(inner(&found))).await?;
    let mut adjacent = Vec::new();
    let most = usize::try_from(COUNTED).unwrap_or(usize::MAX);
    for other in found.into_iter().flatten().filter(|other| other.id != stored.id) {
        let Some(shared) = shared_events(rule, &other.rule, &owners) else {
            continue;
        };
        let same_message = post_the_same(rule, &other.rule);
        // Beyond what is shown only the doubles still matter.
        if adjacent.len() >= most && !same_message {
            more = true;
            continue;
        }
        adjacent.push(Adjacent {
            rule: other,
            shared,
            same_message,
        });
    }
    adjacent.sort_by_key(|other| !other.same_message);
    Ok((adjacent, more))
}

/// What to tell whoever saved a rule that posts the same message to the same place for the same event as another.
pub async fn remark(
    state: &AppState,
    viewer: &Viewer,
    stored: &StoredRule,
) -> Result<Option<String>, StoreError> {
    let rule = &stored.rule;
    if !is_told(viewer) || rule.status != RuleStatus::Active {
        return Ok(None);
    }
    let questions: Vec<ActiveRules> = met_levels(rule.level)
        .iter()
        .map(|level| ActiveRules {
            level: *level,
            scope: viewer.scope(*level, Verb::View),
            trigger: rule.trigger,
            place: ActivePlace::Anywhere,
            target: Some(rule.action.target.id().to_owned()),
            limit: LOOKED_AT_FOR_ONE,
        })
        .collect();
    let found = state.store.active_rules(&questions).await?;
    let same: Vec<&StoredRule> = found
        .iter()
        .flatten()
        .filter(|other| other.id != stored.id && post_the_same(rule, &other.rule))
        .collect();
    if same.is_empty() {
        return Ok(None);
    }
    let owners = owners(
        state,
        std::iter::once(rule).chain(same.iter().map(|other| &other.rule)),
    )
    .await?;
    let numbers: Vec<i64> = same
        .iter()
        .filter(|other| can_both_fire(rule, &other.rule, &owners))
        .map(|other| other.number)
        .collect();
    let place = match &rule.action.target {
        Target::Channel(_) => "channel",
        Target::Member(_) => "person",
    };
    Ok(match numbers.as_slice() {
        [] => None,
        [one] => Some(format!(
            "Rule {one} posts the same message to the same {place}: an event that fits both is told twice."
        )),
        [first, rest @ ..] => Some(format!(
            "Rule {first} and {} more post the same message to the same {place}: an event that fits several is told \
             several times.",
            rest.len()
        )),
    })
}

/// The levels whose rules can share an event with a rule of this one.
fn met_levels(level: Level) -> &'static [Level] {
    match level {
        Level::Product => &[Level::Product, Level::Campaign, Level::Publisher],
        Level::Campaign => &[Level::Campaign, Level::Product],
        Level::Publisher => &[Level::Publisher, Level::Product],
    }
}

/// Where rules that share an event with this one can live; levels that the viewer sees nothing of are left out.
fn places(viewer: &Viewer, level: Level, entity: &Entity, rule: &Rule, limit: i64) -> Vec<ActiveRules> {
    met_levels(level)
        .iter()
        .filter(|other| rule.trigger.levels().contains(other))
        .filter_map(|other| {
            let scope = viewer.scope(*other, Verb::View);
            (!scope.is_nothing()).then(|| {
                question(
                    *other,
                    scope,
                    rule.trigger,
                    place(level, *other, entity, rule),
                    limit,
                )
            })
        })
        .collect()
}

fn question(level: Level, scope: Scope, trigger: Trigger, place: ActivePlace, limit: i64) -> ActiveRules {
    ActiveRules {
        level,
        scope,
        trigger,
        place,
        target: None,
        limit,
    }
}

fn place(own: Level, other: Level, entity: &Entity, rule: &Rule) -> ActivePlace {
    let named = |key: FilterKey| match rule.filters.lists.get(&key) {
        Some(ListFilter::AnyOf(ids)) => Some(ids.iter().filter_map(|id| EntityId::new(id.clone()).ok())),
        _ => None,
    };
    match (own, other) {
        _ if own == other => ActivePlace::Entities(vec![entity.id.clone()]),
        (Level::Product, Level::Campaign) => match named(FilterKey::Campaign) {
            Some(ids) => ActivePlace::Entities(ids.collect()),
            None => ActivePlace::CampaignsOf(entity.id.clone()),
        },
        (Level::Product, Level::Publisher) => match named(FilterKey::Publisher) {
            Some(ids) => ActivePlace::Entities(ids.collect()),
            None => ActivePlace::Anywhere,
        },
        (Level::Campaign, _) => match &entity.product {
            Some(product) => ActivePlace::Entities(vec![product.clone()]),
            None => ActivePlace::Anywhere,
        },
        _ => ActivePlace::Anywhere,
    }
}

fn inner(found: &[Vec<StoredRule>]) -> impl Iterator<Item = &Rule> {
    found.iter().flatten().map(|stored| &stored.rule)
}

/// What the catalog knows of the channels, sources and campaigns that these rules demand. Used to compare, never shown.
async fn owners(state: &AppState, rules: impl Iterator<Item = &Rule>) -> Result<Owners, StoreError> {
    let mut named: BTreeMap<FilterKey, BTreeSet<EntityId>> = BTreeMap::new();
    for rule in rules {
        for key in [FilterKey::Channel, FilterKey::Source, FilterKey::Campaign] {
            if let Some(ListFilter::AnyOf(ids)) = rule.filters.lists.get(&key) {
                let ids = ids.iter().filter_map(|id| EntityId::new(id.clone()).ok());
                named.entry(key).or_default().extend(ids);
            }
        }
        if rule.level == Level::Campaign {
            named
                .entry(FilterKey::Campaign)
                .or_default()
                .insert(rule.entity.clone());
        }
    }
    let mut owners = Owners::new();
    for (key, ids) in named {
        let Some(kind): Option<EntityKind> = filter_kind(key) else {
            continue;
        };
        let query = EntityQuery {
            ids: Some(ids.into_iter().take(OWNERS).collect()),
            hide_deleted: false,
            limit: i64::try_from(OWNERS).unwrap_or(i64::MAX),
            ..EntityQuery::of(kind, Scope::All)
        };
        for entity in state.store.list_entities(&query).await?.rows {
            let owner = Owner {
                product: entity.product,
                publisher: entity.publisher,
                buyer: entity.buyer,
            };
            owners.insert((key, entity.id.to_string()), owner);
        }
    }
    Ok(owners)
}
