//! What a rule's message looks like with the newest real events of its trigger, and what of it Slack would not take.

use leadbell_domain::{
    Event, MAX_RENDERED_CHARS, RenderContext, Rule, StoredRule, Viewer, may_show_personal_data, parse_event,
    sample_event_of,
};
use leadbell_store::StoreError;

use crate::ingest::fill_names;
use crate::state::AppState;

/// How many of the newest events a message is tried on.
const TRIED: i64 = 10;

/// A part that would be cut.
struct TooLong {
    part: String,
    had: usize,
    most: usize,
}

/// What to tell whoever saved a rule whose messages are longer than Slack takes; nothing when all fits.
pub async fn remark(state: &AppState, stored: &StoredRule) -> Result<Option<String>, StoreError> {
    let rule = &stored.rule;
    let mut events = newest(state, rule, TRIED).await?;
    let real = !events.is_empty();
    if !real {
        events.push(sample(rule, &rule.entity.to_string()));
    }
    let mut longest: Vec<TooLong> = Vec::new();
    let mut cut = 0;
    for event in &events {
        let found = too_long(state, stored, event);
        cut += usize::from(!found.is_empty());
        for one in found {
            match longest.iter_mut().find(|known| known.part == one.part) {
                Some(known) => known.had = known.had.max(one.had),
                None => longest.push(one),
            }
        }
    }
    if longest.is_empty() {
        return Ok(None);
    }
    let parts: Vec<String> = longest
        .iter()
        .map(|one| {
            format!(
                "{} (up to {} characters, Slack takes {})",
                one.part, one.had, one.most
            )
        })
        .collect();
    let parts = parts.join(", ");
    Ok(Some(match (real, events.len()) {
        (false, _) => format!("With sample data this would be cut: {parts}."),
        (true, 1) => format!("With the newest event this would be cut: {parts}."),
        (true, all) => format!("In {cut} of the {all} newest events this would be cut: {parts}."),
    }))
}

fn too_long(state: &AppState, stored: &StoredRule, event: &Event) -> Vec<TooLong> {
    let action = &stored.rule.action;
    let context = context(state, stored, action.shows_personal_data);
    let (_, had) = action.template.render_measured(event, &context);
    let mut found = Vec::new();
    if had > MAX_RENDERED_CHARS {
        found.push(TooLong {
            part: "the message text".to_owned(),
            had,
            most: MAX_RENDERED_CHARS,
        });
    }
    if let Some(card) = action.layout.card() {
        let cuts = card.draw(&action.template, event, &context, event.is_test).cuts;
        found.extend(cuts.into_iter().map(|cut| TooLong {
            part: cut.part,
            had: cut.had,
            most: cut.most,
        }));
    }
    found
}

/// The newest events of the rule's trigger and entity, with the names the catalog knows.
pub async fn newest(state: &AppState, rule: &Rule, count: i64) -> Result<Vec<Event>, StoreError> {
    let stored = state
        .store
        .newest_events(rule.trigger, rule.level, &rule.entity, count)
        .await?;
    let mut events = Vec::new();
    for one in stored {
        let body = serde_json::from_str(&one.body).unwrap_or_default();
        if let Ok(mut event) = parse_event(&body, one.received_at) {
            fill_names(&mut event, &*state.store).await?;
            events.push(event);
        }
    }
    Ok(events)
}

/// A made-up event of the rule's trigger and entity.
#[must_use]
pub fn sample(rule: &Rule, entity_name: &str) -> Event {
    sample_event_of(rule.trigger, rule.level, &rule.entity, entity_name)
}

/// Whether a preview may show this rule's personal data unmasked to this viewer.
#[must_use]
pub fn shows_personal_data(viewer: &Viewer, rule: &Rule) -> bool {
    rule.action.shows_personal_data && may_show_personal_data(viewer.role)
}

/// What a message says about its rule.
#[must_use]
pub fn context<'a>(
    state: &'a AppState,
    stored: &'a StoredRule,
    shows_personal_data: bool,
) -> RenderContext<'a> {
    RenderContext {
        level: stored.rule.level,
        rule_number: stored.number,
        rule_name: &stored.rule.name,
        public_url: &state.public_url,
        shows_personal_data,
    }
}
