//! A rule that is tried while it is in its form: a post like all others of the form, answered with a page that holds
//! everything typed.

use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use leadbell_domain::RuleId;

use super::{PostedRule, Target, posted};
use crate::desk::form::Wrong;
use crate::desk::tryout::{DraftTry, backtest_address, draft_page, wish};
use crate::error::AppError;
use crate::http::form::Form;
use crate::http::page::Pages;
use crate::views::tryout::{TryRule, TryWish};

/// What is wanted of the rule in the form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// The page to try it on.
    Look,
    /// One event.
    Run,
    /// The events of the last days.
    Backtest,
}

impl Deed {
    /// Of the form's `do`.
    pub(super) fn of(what: Option<&str>) -> Option<Deed> {
        match what? {
            "try" => Some(Deed::Look),
            "try_run" => Some(Deed::Run),
            "try_backtest" => Some(Deed::Backtest),
            _ => None,
        }
    }
}

impl Target {
    pub(super) async fn try_out(
        &self,
        pages: &Pages,
        parts: Parts,
        form: &Form,
        rule: Option<RuleId>,
        deed: Deed,
    ) -> Response {
        let mut posted = posted(form);
        let token = form.first("action.auth_token").unwrap_or_default().trim();
        if !token.is_empty() {
            match self.backend.keep_token(self.level, &self.entity, token).await {
                // As when it is saved: the token itself never comes back into a page.
                Ok(connection) => posted.draft.connection_id = connection,
                Err(error) => return self.refused_token(pages, parts, posted, token, error).await,
            }
        }
        let rule = TryRule {
            level: self.level,
            entity: self.entity.clone(),
            rule,
            version: posted.version,
            draft: Some(posted.draft.clone()),
        };
        let page = match self.backend.try_page(&rule).await {
            Ok(page) => page,
            Err(error) => return self.untryable(pages, parts, posted, error).await,
        };
        let wish = match deed {
            Deed::Look => TryWish::default(),
            _ => wish(form),
        };
        let mut wrong = Wrong::default();
        let mut run = None;
        let error = match deed {
            Deed::Look => None,
            Deed::Run => match self.backend.try_out(&rule, &wish).await {
                Ok(done) => {
                    run = Some(done);
                    None
                }
                Err(error) => Some(error),
            },
            Deed::Backtest => match self.backend.start_backtest(&rule, &form.text("try.days")).await {
                Ok(id) => return Redirect::to(&backtest_address(&id)).into_response(),
                Err(error) => Some(error),
            },
        };
        match error {
            None => {}
            Some(AppError::Fields(errors)) => wrong.errors = errors,
            Some(error) => wrong.message = Some(error.to_string()),
        }
        let tried = DraftTry {
            rule: &rule,
            page: &page,
            wish: &wish,
            wrong: &wrong,
            run: run.as_ref(),
        };
        draft_page(pages, &parts, &self.place, &tried).await
    }

    /// What is in the form is no rule yet: the form says why.
    async fn untryable(
        &self,
        pages: &Pages,
        parts: Parts,
        mut posted: PostedRule,
        error: AppError,
    ) -> Response {
        match error {
            AppError::Fields(errors) => posted.errors = errors,
            other => posted.message = Some(other.to_string()),
        }
        self.again(pages, parts, posted).await
    }
}
