//! Trying a rule on an event without the event having happened: what each filter makes of it, the message, and, if
//! wished, the message really sent. Nothing of it is queued or kept.

use leadbell_dispatch::{Trial, send_trial};
use leadbell_domain::{
    Blocks, DeliveryId, EntityKind, Event, Judged, Outcome, RenderContext, StoredRule, Verb, Viewer, explain,
    judge_filters, obstacles, sample_event_of,
};

use crate::ids::Fresh as _;
use crate::ingest::fill_names;
use crate::names::filter_names;
use crate::rules::RuleError;
use crate::state::AppState;

/// What a message sent by hand begins with.
const TEST_MARK: &str = "*TEST* ";

/// What a rule would do.
pub struct TestRun {
    /// The event it was tried on.
    pub event: Event,
    /// Every filter's verdict.
    pub filters: Vec<Judged>,
    /// What else would keep it from firing.
    pub obstacles: Vec<String>,
    /// The message as it would be sent.
    pub text: String,
    /// The card around it, where the rule has one.
    pub blocks: Option<Blocks>,
    /// What came of sending it, if that was wished.
    pub sent: Option<Trial>,
}

impl TestRun {
    /// Whether the rule would fire.
    #[must_use]
    pub fn fires(&self) -> bool {
        self.obstacles.is_empty() && self.filters.iter().all(|filter| filter.passed)
    }
}

/// Tries a rule that the viewer may see; sending it needs the right to manage it. Without an event, a sample of the
/// rule's trigger stands in.
pub async fn run(
    state: &AppState,
    viewer: &Viewer,
    stored: &StoredRule,
    event: Option<Event>,
    send: bool,
) -> Result<TestRun, RuleError> {
    let rule = &stored.rule;
    let mut event = match event {
        Some(event) => event,
        None => sample(state, viewer, stored).await?,
    };
    fill_names(&mut event, &*state.store).await?;
    let names = filter_names(
        &*state.store,
        viewer,
        rule.level,
        &rule.entity,
        std::iter::once(rule),
    )
    .await?;
    let filters = judge_filters(&rule.filters, &event, rule.level, |key, id| {
        names.get(&(key, id.to_owned())).cloned()
    });
    let context = RenderContext {
        level: rule.level,
        rule_number: stored.number,
        rule_name: &rule.name,
        public_url: &state.public_url,
        shows_personal_data: rule.action.shows_personal_data,
    };
    let action = &rule.action;
    let text = action.template.render(&event, &context);
    let card = |marked| {
        let card = action.layout.card()?;
        Some(card.draw(&action.template, &event, &context, marked).blocks)
    };
    let blocks = card(event.is_test);
    let sent = if send {
        let marked = card(true);
        Some(post(state, viewer, stored, (&text, marked.as_ref())).await?)
    } else {
        None
    };
    Ok(TestRun {
        filters,
        obstacles: obstacles(rule, &event),
        text,
        blocks,
        sent,
        event,
    })
}

async fn sample(state: &AppState, viewer: &Viewer, stored: &StoredRule) -> Result<Event, RuleError> {
    let rule = &stored.rule;
    let scope = viewer.scope(rule.level, Verb::View);
    let entity = state
        .store
        .find_entity(EntityKind::from(rule.level), &rule.entity, &scope)
        .await?;
    let name = entity.map_or_else(|| rule.entity.to_string(), |entity| entity.name);
    Ok(sample_event_of(rule.trigger, rule.level, &rule.entity, &name))
}

async fn post(
    state: &AppState,
    viewer: &Viewer,
    stored: &StoredRule,
    (text, blocks): (&str, Option<&Blocks>),
) -> Result<Trial, RuleError> {
    let rule = &stored.rule;
    let scope = viewer.scope(rule.level, Verb::Manage);
    if state
        .store
        .find_rule(&stored.id, rule.level, &scope)
        .await?
        .is_none()
    {
        return Err(RuleError::Forbidden);
    }
    let token = state.store.connection_token(&rule.action.connection).await?;
    let text = if text.starts_with(TEST_MARK) {
        text.to_owned()
    } else {
        format!("{TEST_MARK}{text}")
    };
    let to = (&token, &rule.action.target);
    Ok(send_trial(
        &state.slack,
        &*state.clock,
        to,
        (&text, blocks),
        &DeliveryId::fresh(),
    )
    .await)
}

/// What an outcome means for whoever tried the rule.
#[must_use]
pub fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Sent { channel, .. } => format!("Slack has posted it in {channel}."),
        Outcome::RateLimited { retry_after_ms } => format!(
            "Slack asks to wait {} s: this channel or workspace gets too many messages just now.",
            (retry_after_ms + 999) / 1_000
        ),
        Outcome::Transient { code } => {
            format!(
                "It was not sent ({code}). {} Try again in a moment.",
                explain(code).means
            )
        }
        Outcome::Repeated { code } | Outcome::Ambiguous { code } | Outcome::Permanent { code } => {
            let told = explain(code);
            format!("{} {} ({code})", told.means, told.advice)
        }
    }
}
