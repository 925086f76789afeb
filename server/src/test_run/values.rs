//! The event that a rule is tried on: a sample, one that has happened, or one that somebody wrote; and in each of them
//! whatever values were typed.

use std::collections::BTreeMap;

use leadbell_domain::{
    EntityKind, Event, EventId, FieldErrors, Rule, Scope, Verb, Viewer, may_try_real_events, parse_event,
    sample_event_of,
};
use leadbell_store::{EventsOf, StoreError, TestSource};

use crate::ingest::{fill_names, mentioned};
use crate::rules::RuleError;
use crate::state::AppState;

/// Where the values come from.
#[derive(Clone, Debug)]
pub enum Values {
    /// The sample of the rule's trigger.
    Sample,
    /// An event of the rule's entity and trigger that has happened, by its sender's id.
    Happened(EventId),
    /// An event that was written for this.
    Written(Box<Event>),
}

/// What somebody wants to try.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The event.
    pub values: Values,
    /// Values of single placeholders that stand instead of the event's.
    pub typed: BTreeMap<String, String>,
    /// Whether the message is really sent.
    pub send: bool,
}

/// All events of a rule's entity and trigger; the scope of whoever may see the rule.
#[must_use]
pub fn events_of(rule: &Rule, from: i64, until: i64) -> EventsOf {
    EventsOf {
        level: rule.level,
        entity: rule.entity.clone(),
        trigger: rule.trigger,
        from,
        until,
    }
}

/// The event to try the rule on. Complaints stand at `event_id`, `event` and `values.…`.
pub(super) async fn event(
    state: &AppState,
    viewer: &Viewer,
    rule: &Rule,
    wish: &Wish,
) -> Result<(Event, TestSource), RuleError> {
    let (mut event, source) = match &wish.values {
        Values::Sample => (sample(state, viewer, rule).await?, TestSource::Sample),
        Values::Happened(id) => (happened(state, viewer, rule, id).await?, TestSource::Event),
        Values::Written(event) => ((**event).clone(), TestSource::Pasted),
    };
    let mut errors = FieldErrors::new();
    // In an order in which an entity's id comes before its name: a name needs somebody to belong to.
    let (ids, others): (Vec<_>, Vec<_>) = wish.typed.iter().partition(|(name, _)| name.ends_with("_id"));
    for (name, text) in ids.into_iter().chain(others) {
        if let Err(complaint) = event.put(name, text, rule.level) {
            errors.add(format!("values.{name}"), complaint);
        }
    }
    if source == TestSource::Pasted && !is_own(viewer, rule, &event) {
        let whose = rule.level.label().to_lowercase();
        errors.add(
            "event",
            format!("It must be an event of this {whose}, {}.", rule.entity),
        );
    }
    if !errors.is_empty() {
        return Err(RuleError::Fields(errors));
    }
    fill_known_names(state, viewer, &mut event).await?;
    Ok((event, source))
}

/// Who is confined to publishers or buyers tries rules on events of theirs only.
fn is_own(viewer: &Viewer, rule: &Rule, event: &Event) -> bool {
    match viewer.scope(rule.level, Verb::View) {
        Scope::All | Scope::Platform(_) => true,
        _ => event.scope_id(rule.level) == Some(&rule.entity),
    }
}

/// Names of the catalog as far as this viewer may know them: whoever writes an id must not learn whose it is.
async fn fill_known_names(state: &AppState, viewer: &Viewer, event: &mut Event) -> Result<(), StoreError> {
    let nameless = mentioned(event)
        .into_iter()
        .filter(|(_, entity)| entity.name.is_none());
    for (kind, entity) in nameless {
        let scope = viewer.catalog_scope(kind);
        let known = state.store.find_entity(kind, &entity.id, &scope).await?;
        entity.name = known.map(|known| known.name);
    }
    Ok(())
}

async fn sample(state: &AppState, viewer: &Viewer, rule: &Rule) -> Result<Event, RuleError> {
    let scope = viewer.scope(rule.level, Verb::View);
    let entity = state
        .store
        .find_entity(EntityKind::from(rule.level), &rule.entity, &scope)
        .await?;
    let name = entity.map_or_else(|| rule.entity.to_string(), |entity| entity.name);
    Ok(sample_event_of(rule.trigger, rule.level, &rule.entity, &name))
}

/// With its names as the message about it has them.
async fn happened(state: &AppState, viewer: &Viewer, rule: &Rule, id: &EventId) -> Result<Event, RuleError> {
    let missing = || {
        let message = "There is no such event of this rule's trigger here; choose one of the list.";
        RuleError::Fields(FieldErrors::one("event_id", message))
    };
    if !may_try_real_events(viewer.role) {
        let message = "Your role tries rules on samples and written events only.";
        return Err(RuleError::Fields(FieldErrors::one("event_id", message)));
    }
    let of = events_of(rule, i64::MIN, i64::MAX);
    let stored = state.store.event_of(&of, id).await?.ok_or_else(missing)?;
    let body = serde_json::from_str(&stored.body).map_err(|_| missing())?;
    let mut event = parse_event(&body, stored.received_at).map_err(|_| missing())?;
    fill_names(&mut event, &*state.store).await?;
    Ok(event)
}
