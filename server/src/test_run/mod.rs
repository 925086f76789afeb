//! Trying a rule on an event without the event having happened: what each filter makes of it, the message, and, if
//! wished, the message really sent. Nothing of it is queued; the run itself is kept for whoever sees the rule.

mod values;

use leadbell_dispatch::{Trial, send_trial};
use leadbell_domain::{
    Blocks, DeliveryId, EntityId, FilterKey, HIDDEN, Level, Outcome, PlaceholderGroup, RenderContext, Rule,
    RuleId, Verb, Viewer, explain, form_fields, judge_filters, may_read_log, may_see_money,
    may_show_personal_data, may_try_real_events, obstacles, placeholders,
};
use leadbell_store::{StoreError, TestAnswer, TestRun, TestSource, TestVerdict};

use crate::actor::Caller;
use crate::ids::Fresh;
use crate::names::filter_names;
use crate::rules::RuleError;
use crate::state::AppState;
pub use values::{Values, Wish, events_of};

/// What a message sent by hand begins with.
const TEST_MARK: &str = "*TEST* ";

/// The rule that is tried. Whoever hands one in has asked for the right to see it, or, for one that is still in the
/// form, to manage the rules of its entity.
#[derive(Clone, Copy)]
pub struct Tried<'a> {
    /// As it is stored, or as it would be.
    pub rule: &'a Rule,
    /// The stored one with its number and version; `None` for one that is still in the form.
    pub stored: Option<(&'a RuleId, i64, i64)>,
}

impl Tried<'_> {
    fn number(&self) -> i64 {
        self.stored.map_or(0, |(_, number, _)| number)
    }
}

/// Tries a rule and keeps the run. Sending needs the right to manage it.
pub async fn run(
    state: &AppState,
    caller: &Caller,
    tried: &Tried<'_>,
    wish: Wish,
) -> Result<TestRun, RuleError> {
    let rule = tried.rule;
    // Before anything is read: a refused sending is no dry run.
    if wish.send && !may_send(state, caller, rule.level, &rule.entity, tried.stored).await? {
        return Err(RuleError::Forbidden);
    }
    let (event, source) = values::event(state, caller, rule, &wish).await?;
    let names = filter_names(
        &*state.store,
        caller,
        rule.level,
        &rule.entity,
        std::iter::once(rule),
    )
    .await?;
    let filters = judge_filters(&rule.filters, &event, rule.level, |key, id| {
        names.get(&(key, id.to_owned())).cloned()
    });
    // A draft is tried as what it will be once it is saved; who may not see personal data gets it masked here.
    let shows_personal_data = rule.action.shows_personal_data && may_show_personal_data(caller.role);
    let context = RenderContext {
        level: rule.level,
        rule_number: tried.number(),
        rule_name: &rule.name,
        public_url: &state.public_url,
        shows_personal_data,
    };
    let action = &rule.action;
    let text = action.template.render(&event, &context);
    let card = |marked| {
        let card = action.layout.card()?;
        Some(card.draw(&action.template, &event, &context, marked).blocks)
    };
    let blocks = card(event.is_test);
    let sent = if wish.send {
        let marked = card(true);
        let trial = post(state, rule, (&text, marked.as_ref())).await?;
        Some(TestAnswer {
            ok: matches!(trial.outcome, Outcome::Sent { .. }),
            said: in_words(&trial.outcome),
            note: trial.note,
        })
    } else {
        None
    };
    let obstacles = obstacles(rule, &event);
    let run = TestRun {
        id: Fresh::fresh(),
        made_at: state.clock.now_ms(),
        actor: caller.actor.clone(),
        level: rule.level,
        entity: rule.entity.clone(),
        trigger: rule.trigger,
        rule: tried
            .stored
            .map(|(id, number, version)| (id.clone(), number, version)),
        rule_name: rule.name.clone(),
        target: rule.action.target.clone(),
        source,
        event_id: event.event_id,
        typed: wish.typed.into_keys().collect(),
        fires: obstacles.is_empty() && filters.iter().all(|filter| filter.passed),
        verdict: TestVerdict {
            filters,
            obstacles,
            tells_money: tells_money(rule),
        },
        text,
        blocks,
        shows_personal_data,
        sent,
    };
    state.store.keep_test_run(&run).await?;
    Ok(told_to(caller, run))
}

/// A run as this viewer may see it: a filter that his role does not have tells neither its values nor the event's, and
/// a message that is not for him is empty.
#[must_use]
pub fn told_to(viewer: &Viewer, mut run: TestRun) -> TestRun {
    let known = form_fields(viewer.role, viewer.policy, run.level, run.trigger).filters;
    for judged in &mut run.verdict.filters {
        if !known.contains(&judged.filter) {
            judged.wanted = format!("{}: a filter of staff", judged.label);
            judged.actual = None;
        }
    }
    if hides_money(viewer) {
        for judged in &mut run.verdict.filters {
            if judged.filter == FilterKey::Price {
                judged.wanted = format!("{}: {HIDDEN}", judged.label);
                judged.actual = None;
            }
        }
    }
    if !is_readable(viewer, &run) {
        run.text.clear();
        run.blocks = None;
        for judged in &mut run.verdict.filters {
            judged.actual = None;
        }
    }
    run
}

/// Whether the viewer may read the message: personal data is not for everybody, nor are events that have happened.
#[must_use]
pub fn is_readable(viewer: &Viewer, run: &TestRun) -> bool {
    (!run.shows_personal_data || may_show_personal_data(viewer.role))
        && (run.source != TestSource::Event || may_try_real_events(viewer.role))
        && (!run.verdict.tells_money || !hides_money(viewer))
}

/// Whether amounts are masked for this viewer, as everywhere in the log. QA, who has no log, tries with made-up ones.
#[must_use]
pub fn hides_money(viewer: &Viewer) -> bool {
    !may_see_money(viewer.role) && may_read_log(viewer.role)
}

/// Whether a rule's messages say amounts.
#[must_use]
pub fn tells_money(rule: &Rule) -> bool {
    let amounts: Vec<&str> = placeholders(rule.trigger, rule.level)
        .filter(|known| {
            matches!(known.group, PlaceholderGroup::Money | PlaceholderGroup::Earning)
                || known.name == "pingback_amount"
        })
        .map(|known| known.name)
        .collect();
    rule.action
        .placeholder_names()
        .any(|name| amounts.contains(&name))
}

/// Whether the viewer may really send this rule's messages.
pub async fn may_send(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    entity: &EntityId,
    stored: Option<(&RuleId, i64, i64)>,
) -> Result<bool, StoreError> {
    let scope = viewer.scope(level, Verb::Manage);
    match stored {
        Some((id, _, _)) => Ok(state.store.find_rule(id, level, &scope).await?.is_some()),
        None => Ok(state
            .store
            .find_entity(level.into(), entity, &scope)
            .await?
            .is_some()),
    }
}

async fn post(
    state: &AppState,
    rule: &Rule,
    (text, blocks): (&str, Option<&Blocks>),
) -> Result<Trial, RuleError> {
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
