//! Trying rules, for pages.

use async_trait::async_trait;
use leadbell_app::backend::Tryouts;
use leadbell_app::error::AppError;
use leadbell_app::views::tryout::{BacktestView, RunList, RunSearch, RunView, TryPage, TryRule, TryWish};
use leadbell_domain::{BacktestId, EventId, FieldErrors, Rule, StoredRule, TestRunId, Verb, parse_event};

use super::{RequestBackend, rule_error};
use crate::actor::Caller;
use crate::backtest::{self, StartError};
use crate::http::views::tryout as views;
use crate::judging::judge;
use crate::rules::{self, RuleError};
use crate::state::AppState;
use crate::test_run::{self, Tried, Values, Wish};

/// A rule that may be tried: as it is stored, or as the form would store it.
struct Subject {
    rule: Rule,
    stored: Option<StoredRule>,
}

impl Subject {
    fn tried(&self, is_draft: bool) -> Tried<'_> {
        let stored = self.stored.as_ref().filter(|_| !is_draft);
        Tried {
            rule: &self.rule,
            stored: stored.map(|stored| (&stored.id, stored.number, stored.version)),
        }
    }
}

/// The rule, if the caller may try it: a stored one needs the right to see it, a form the right to save it.
async fn subject(state: &AppState, caller: &Caller, wanted: &TryRule) -> Result<Subject, RuleError> {
    let verb = if wanted.draft.is_some() {
        Verb::Manage
    } else {
        Verb::View
    };
    let stored = match &wanted.rule {
        Some(id) => {
            let stored = rules::permitted_rule(state, caller, wanted.level, id, verb).await?;
            if stored.rule.entity != wanted.entity {
                return Err(RuleError::NotFound);
            }
            Some(stored)
        }
        None => None,
    };
    let Some(draft) = &wanted.draft else {
        let stored = stored.ok_or(RuleError::NotFound)?;
        return Ok(Subject {
            rule: stored.rule.clone(),
            stored: Some(stored),
        });
    };
    let entity = rules::permitted_entity(state, caller, wanted.level, &wanted.entity, verb).await?;
    let before = stored.as_ref().map(|stored| &stored.rule);
    let judged = judge(state, caller, wanted.level, &entity, draft, before).await?;
    Ok(Subject {
        rule: judged.rule,
        stored,
    })
}

/// What was typed on the page, with complaints at its fields.
fn wish(typed: &TryWish, now: i64) -> Result<Wish, FieldErrors> {
    let values = match typed.source.as_str() {
        "event" => EventId::new(typed.event_id.as_str())
            .map(Values::Happened)
            .map_err(|_| FieldErrors::one("try.event_id", "Choose an event."))?,
        "pasted" => {
            let json = serde_json::from_str(&typed.pasted)
                .map_err(|error| FieldErrors::one("try.event", format!("This is no JSON: {error}.")))?;
            let event = parse_event(&json, now).map_err(|errors| {
                let mut told = FieldErrors::new();
                for error in errors.0 {
                    told.add("try.event", format!("{}: {}", error.field, error.message));
                }
                told
            })?;
            Values::Written(Box::new(event))
        }
        _ => Values::Sample,
    };
    Ok(Wish {
        values,
        typed: typed.typed.clone(),
        send: typed.send,
    })
}

/// Complaints stand at the page's names.
fn at_page(error: RuleError) -> AppError {
    match error {
        RuleError::Fields(mut errors) => {
            for error in &mut errors.0 {
                error.field = format!("try.{}", error.field);
            }
            AppError::Fields(errors)
        }
        other => rule_error(other),
    }
}

#[async_trait]
impl Tryouts for RequestBackend {
    async fn try_page(&self, wanted: &TryRule) -> Result<TryPage, AppError> {
        let caller = self.caller()?;
        let subject = subject(&self.state, &caller, wanted).await.map_err(rule_error)?;
        views::page(&self.state, &caller, &subject.rule, subject.stored.as_ref()).await
    }

    async fn try_out(&self, wanted: &TryRule, typed: &TryWish) -> Result<RunView, AppError> {
        let caller = self.caller()?;
        let subject = subject(&self.state, &caller, wanted).await.map_err(rule_error)?;
        let wish = wish(typed, self.state.clock.now_ms()).map_err(AppError::Fields)?;
        let run = test_run::run(&self.state, &caller, &subject.tried(wanted.draft.is_some()), wish)
            .await
            .map_err(at_page)?;
        views::run(&self.state, &caller, run).await
    }

    async fn test_runs(&self, search: &RunSearch) -> Result<RunList, AppError> {
        views::runs(&self.state, &self.caller()?, search).await
    }

    async fn test_run(&self, id: &str) -> Result<RunView, AppError> {
        let id = TestRunId::new(id).map_err(|_| AppError::NotFound)?;
        views::one_run(&self.state, &self.caller()?, &id).await
    }

    async fn start_backtest(&self, wanted: &TryRule, days: &str) -> Result<String, AppError> {
        let caller = self.caller()?;
        let subject = subject(&self.state, &caller, wanted).await.map_err(rule_error)?;
        let mut tried = subject.tried(false);
        // Who goes back to the form saves over the version that he saw, and no other.
        if let (Some((_, _, version)), Some(seen), Some(_)) =
            (&mut tried.stored, wanted.version, &wanted.draft)
        {
            *version = seen;
        }
        let days = days.trim().parse().unwrap_or_default();
        let started = backtest::start(&self.state, &caller, &tried, wanted.draft.as_ref(), days).await;
        match started {
            Ok(backtest) => Ok(backtest.id.to_string()),
            Err(StartError::Busy) => Err(AppError::Request(backtest::BUSY.to_owned())),
            Err(StartError::Rule(error)) => Err(at_page(error)),
        }
    }

    async fn backtest(&self, id: &str) -> Result<BacktestView, AppError> {
        let id = BacktestId::new(id).map_err(|_| AppError::NotFound)?;
        let caller = self.caller()?;
        let found = backtest::find(&self.state, &caller, &id)
            .await
            .map_err(rule_error)?;
        views::backtest(&self.state, &caller, found).await
    }

    async fn cancel_backtest(&self, id: &str) -> Result<(), AppError> {
        let id = BacktestId::new(id).map_err(|_| AppError::NotFound)?;
        backtest::cancel(&self.state, &self.caller()?, &id)
            .await
            .map_err(rule_error)?;
        Ok(())
    }
}
