//! What every rule made of an event when it arrived: each rule is judged in the version that was in force then, also if
//! it was edited, switched off or deleted since. Because the event knows the version of the rule set that judged it,
//! what is judged again comes out as it did.

use leadbell_domain::{
    Event, FilterKey, HIDDEN, Level, Rule, RuleStatus, Verb, Viewer, judge_filters, may_see_money,
};
use leadbell_store::{Fired, LoggedEvent, RuleAt, RulesAtQuery, StoreError};

use crate::names::filter_names;
use crate::state::AppState;

/// Rules of one level that are told at once.
const AT_ONCE: i64 = 200;

/// What a rule made of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It fired.
    Matched,
    /// It leaves test leads out.
    TestEvent,
    /// It leaves repeated ping backs out.
    DuplicatePingBack,
    /// It was switched off.
    Disabled,
    /// One of its filters did not let the event pass.
    Filtered,
}

impl Outcome {
    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Outcome::Matched => "matched",
            Outcome::TestEvent => "test_event",
            Outcome::DuplicatePingBack => "duplicate_ping_back",
            Outcome::Disabled => "disabled",
            Outcome::Filtered => "filtered",
        }
    }
}

/// What one filter made of the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which.
    pub filter: FilterKey,
    /// What it wants, in words, and what was there; less where the reader may not know.
    pub said: String,
    /// What the event had there; `None` when nothing, or nothing for this reader.
    pub actual: Option<String>,
    /// Whether it let the event pass.
    pub passed: bool,
}

/// A rule's verdict.
#[derive(Clone, Debug)]
pub struct RuleVerdict {
    /// The rule as it was.
    pub rule: RuleAt,
    /// What it made of the event.
    pub outcome: Outcome,
    /// Filter by filter, in the order of the form.
    pub checks: Vec<Check>,
    /// Its message, if it sent one.
    pub fired: Option<Fired>,
}

/// Where further rules begin.
pub type More = (Level, i64);

/// What a rule in this version makes of an event that it concerns.
#[must_use]
pub fn judge(rule: &Rule, event: &Event) -> Outcome {
    if event.is_test && !rule.includes_test_leads {
        Outcome::TestEvent
    } else if event.is_duplicate_pingback() && !rule.includes_duplicates {
        Outcome::DuplicatePingBack
    } else if rule.status == RuleStatus::Disabled {
        Outcome::Disabled
    } else if rule.filters.accept(event, rule.level) {
        Outcome::Matched
    } else {
        Outcome::Filtered
    }
}

/// The verdicts of all rules that the viewer may see: by level, then by number, from after `from` on.
pub async fn verdicts(
    state: &AppState,
    viewer: &Viewer,
    event: &Event,
    logged: &LoggedEvent,
    from: Option<More>,
) -> Result<(Vec<RuleVerdict>, Option<More>), StoreError> {
    let mut all = Vec::new();
    for level in Level::ALL {
        let after = match from {
            Some((begun, number)) if begun == level => number,
            Some((begun, _))
                if Level::ALL.iter().position(|at| *at == level)
                    < Level::ALL.iter().position(|at| *at == begun) =>
            {
                continue;
            }
            _ => 0,
        };
        let Some(entity) = event.scope_id(level) else {
            continue;
        };
        let query = RulesAtQuery {
            level,
            entity: entity.clone(),
            trigger: event.trigger,
            scope: viewer.scope(level, Verb::View),
            rules_seq: logged.rules_seq,
            at: logged.received_at,
            after,
            limit: AT_ONCE,
        };
        let (rules, more) = state.store.rules_at(&query).await?;
        let names = filter_names(
            &*state.store,
            viewer,
            level,
            entity,
            rules.iter().map(|rule| &rule.rule),
        )
        .await?;
        for rule in rules {
            let fired = logged.fired.iter().find(|fired| fired.rule == rule.id).cloned();
            let name = |key: FilterKey, id: &str| names.get(&(key, id.to_owned())).cloned();
            let outcome = match judge(&rule.rule, event) {
                // Of an event that does not know which rules judged it, its messages know best.
                _ if logged.rules_seq.is_none() && fired.is_some() => Outcome::Matched,
                outcome => outcome,
            };
            all.push(RuleVerdict {
                outcome,
                checks: checks(viewer, &rule.rule, event, name),
                fired,
                rule,
            });
        }
        if let Some(number) = more {
            return Ok((all, Some((level, number))));
        }
    }
    Ok((all, None))
}

/// Filter by filter, as far as the viewer may know what it is about.
pub(crate) fn checks(
    viewer: &Viewer,
    rule: &Rule,
    event: &Event,
    name: impl Fn(FilterKey, &str) -> Option<String>,
) -> Vec<Check> {
    judge_filters(&rule.filters, event, rule.level, &name)
        .into_iter()
        .map(|one| {
            if viewer.is_withheld(one.filter) {
                return Check {
                    filter: one.filter,
                    said: "A condition that is not yours to see".to_owned(),
                    actual: None,
                    passed: one.passed,
                };
            }
            if one.filter == FilterKey::Price && !may_see_money(viewer.role) {
                return Check {
                    filter: one.filter,
                    said: format!("{}: {HIDDEN}", one.label),
                    actual: None,
                    passed: one.passed,
                };
            }
            let actual = one.actual.as_deref();
            let was = match actual.map(|id| (id, name(one.filter, id))) {
                None => "there was none".to_owned(),
                Some((id, Some(name))) => format!("was {name} ({id})"),
                Some((id, None)) => format!("was {id}"),
            };
            Check {
                filter: one.filter,
                said: format!("{}: {was}", one.wanted),
                actual: one.actual,
                passed: one.passed,
            }
        })
        .collect()
}
