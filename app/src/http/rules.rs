//! The posts of plain forms at a rule's address: save, step to and fro, enable, disable, delete.

mod draft_try;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::request::Parts;
use leadbell_domain::{
    DraftContext, EntityId, FieldErrors, Level, RuleDraft, RuleId, RuleStatus, SecretText, Trigger,
    import_placeholders, may_show_personal_data,
};
use leptos::prelude::provide_context;

use self::draft_try::Deed;
use super::form::{Form, log_in_first, read_form};
use super::page::{Pages, backend_of};
use crate::address::{Address, Page, Panel, Place};
use crate::backend::Backend;
use crate::desk::compare::compare_page;
use crate::desk::flood::flood_page;
use crate::error::AppError;
use crate::views::SaveRule;

/// A posted form that is drawn again. Never holds the token.
#[derive(Clone, Debug)]
pub(crate) struct PostedRule {
    /// What was typed.
    pub draft: RuleDraft,
    /// Complaints at fields.
    pub errors: FieldErrors,
    /// What else went wrong.
    pub message: Option<String>,
    /// What was done to the draft, when that was asked for.
    pub note: Option<String>,
    /// The version that the editor saw.
    pub version: Option<i64>,
}

/// `POST …/tracking/{rule}`: what to do stands in the form's `do`.
pub(super) async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (parts, form) = match read_form(request).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let address = Address::parse(parts.uri.path());
    let (Page::Tracking(place), Some(backend)) = (address.page, backend_of(&parts)) else {
        return crate::desk::missing(State(pages), Request::from_parts(parts, Body::empty())).await;
    };
    let Some(person) = backend.person() else {
        return log_in_first(&pages, parts, &form, backend).await;
    };
    let (level, entity) = match (&place, person.publisher) {
        (Place::Entity(level, id), _) => (*level, id.clone()),
        (Place::Own, Some(publisher)) => (Level::Publisher, publisher),
        (Place::Own, None) => return draw(&pages, parts, || {}).await,
    };
    let target = Target {
        backend,
        place,
        level,
        entity,
    };
    let rule = match &address.panel {
        Panel::Rule(rule) => Some(rule.clone()),
        Panel::New | Panel::None => None,
    };
    if let Some(deed) = Deed::of(form.first("do")) {
        return target.try_out(&pages, parts, &form, rule, deed).await;
    }
    if let (Some(saving), true) = (Saving::of(form.first("do")), address.panel != Panel::None) {
        return target.save(&pages, parts, &form, rule, saving).await;
    }
    match (form.first("do"), address.panel) {
        (Some("enable"), Panel::Rule(rule)) => target.switch(&pages, parts, &rule, RuleStatus::Active).await,
        (Some("disable"), Panel::Rule(rule)) => {
            target.switch(&pages, parts, &rule, RuleStatus::Disabled).await
        }
        (Some("delete"), Panel::Rule(rule)) => target.delete(&pages, parts, &rule).await,
        (Some("next"), _) => target.next(&pages, parts, posted(&form)).await,
        (Some("convert"), _) => target.convert(&pages, parts, &form).await,
        // The step stands in the address.
        _ => target.again(&pages, parts, posted(&form)).await,
    }
}

/// Draws the page at the address of the post.
async fn draw(pages: &Pages, parts: Parts, context: impl Fn() + Clone + Send + Sync + 'static) -> Response {
    pages
        .draw(Request::from_parts(parts, Body::empty()), context)
        .await
}

/// What was posted, without the token.
fn posted(form: &Form) -> PostedRule {
    let mut draft = RuleDraft::from_form(form.pairs());
    draft.auth_token = SecretText::default();
    PostedRule {
        draft,
        errors: FieldErrors::new(),
        message: None,
        note: None,
        version: form.first("version").and_then(|version| version.parse().ok()),
    }
}

/// With placeholders of other systems turned into ours, and the note that says which.
fn converted(mut posted: PostedRule, level: Level) -> PostedRule {
    if let Some(trigger) = Trigger::from_key(&posted.draft.trigger) {
        let done = import_placeholders(&posted.draft.text, trigger, level);
        posted.note = Some(done.report()).filter(|said| !said.is_empty());
        posted.draft.text = done.text;
    }
    posted
}

/// How a rule is to be saved.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Saving {
    /// As it is typed.
    Typed,
    /// But disabled.
    Disabled,
    /// Although it would flood.
    Flooding,
}

impl Saving {
    /// Of the form's `do`.
    fn of(what: Option<&str>) -> Option<Saving> {
        match what? {
            "save" => Some(Saving::Typed),
            "save_disabled" => Some(Saving::Disabled),
            "save_flooding" => Some(Saving::Flooding),
            _ => None,
        }
    }
}

/// Where the rule lives and through whom it is reached.
struct Target {
    backend: Arc<dyn Backend>,
    place: Place,
    level: Level,
    entity: EntityId,
}

impl Target {
    async fn again(&self, pages: &Pages, parts: Parts, posted: PostedRule) -> Response {
        draw(pages, parts, move || provide_context(posted.clone())).await
    }

    /// On to the settings, unless no event is chosen yet.
    async fn next(&self, pages: &Pages, parts: Parts, mut posted: PostedRule) -> Response {
        if let (Ok(view), Some(person)) = (
            self.backend.entity(self.level, &self.entity).await,
            self.backend.person(),
        ) {
            let context = DraftContext {
                role: person.role,
                policy: person.policy,
                level: self.level,
                entity: &self.entity,
                platform: view.entity.platform,
                may_show_personal_data: may_show_personal_data(person.role),
            };
            if let Err(errors) = posted.draft.parse_trigger_step(&context) {
                posted.errors = errors;
            }
        }
        self.again(pages, parts, posted).await
    }

    /// Back to the list, which says what happened.
    async fn done(&self, notice: &str) -> Response {
        // A lost notice is no reason to call a done thing failed.
        let _ = self.backend.set_notice(notice).await;
        Redirect::to(&self.place.tracking()).into_response()
    }

    async fn delete(&self, pages: &Pages, parts: Parts, rule: &RuleId) -> Response {
        match self.backend.delete_rule(self.level, rule).await {
            Ok(version) => {
                let undo = self.place.restore(rule, version, version);
                // A lost notice is no reason to call a done thing failed.
                let _ = self
                    .backend
                    .set_notice_with_undo("The rule is deleted.", &undo)
                    .await;
                Redirect::to(&self.place.tracking()).into_response()
            }
            Err(error) => self.answer(pages, parts, Err(error), "").await,
        }
    }

    /// Back to the list, which says why not.
    async fn answer(
        &self,
        pages: &Pages,
        parts: Parts,
        result: Result<(), AppError>,
        notice: &str,
    ) -> Response {
        match result {
            Ok(()) => self.done(notice).await,
            Err(AppError::NotFound) => {
                let mut page = draw(pages, parts, || {}).await;
                // The page itself may be one he can open: what he wanted done was refused all the same.
                *page.status_mut() = StatusCode::NOT_FOUND;
                page
            }
            Err(error) => self.done(&error.to_string()).await,
        }
    }

    async fn switch(&self, pages: &Pages, parts: Parts, rule: &RuleId, status: RuleStatus) -> Response {
        let result = self.backend.set_rule_status(self.level, rule, status).await;
        let notice = match status {
            RuleStatus::Active => "The rule is enabled.",
            RuleStatus::Disabled => "The rule is disabled.",
        };
        self.answer(pages, parts, result, notice).await
    }

    /// The form again with its placeholders converted. A pasted token is kept on the way, since no page ever holds it;
    /// one that is refused is complained about when the rule is saved.
    async fn convert(&self, pages: &Pages, parts: Parts, form: &Form) -> Response {
        let mut posted = converted(posted(form), self.level);
        let token = form.first("action.auth_token").unwrap_or_default().trim();
        if !token.is_empty()
            && let Ok(connection) = self.backend.keep_token(self.level, &self.entity, token).await
        {
            posted.draft.connection_id = connection;
        }
        self.again(pages, parts, posted).await
    }

    async fn save(
        &self,
        pages: &Pages,
        parts: Parts,
        form: &Form,
        rule: Option<RuleId>,
        saving: Saving,
    ) -> Response {
        let mut posted = posted(form);
        if saving == Saving::Disabled {
            posted.draft.status = RuleStatus::Disabled.key().to_owned();
        }
        let token = form.first("action.auth_token").unwrap_or_default().trim();
        if !token.is_empty() {
            match self.backend.keep_token(self.level, &self.entity, token).await {
                // From here on the form names the connection; the token itself never comes back into a page.
                Ok(connection) => posted.draft.connection_id = connection,
                Err(error) => return self.refused_token(pages, parts, posted, token, error).await,
            }
        }
        let save = SaveRule {
            level: self.level,
            entity: self.entity.clone(),
            editing: rule.map(|rule| (rule, posted.version.unwrap_or_default())),
            draft: posted.draft.clone(),
            floods: saving == Saving::Flooding,
        };
        match self.backend.save_rule(&save).await {
            Ok(saved) => {
                let notice = match saved.note {
                    Some(note) => format!("Rule {} is saved. {note}", saved.number),
                    None => format!("Rule {} is saved.", saved.number),
                };
                self.done(&notice).await
            }
            Err(AppError::Fields(errors)) => {
                posted.errors = errors;
                self.again(pages, parts, posted).await
            }
            Err(AppError::Conflict) => self.compare(pages, parts, posted, save).await,
            Err(AppError::WouldFlood(warning)) => match self.backend.entity(self.level, &self.entity).await {
                Ok(view) => flood_page(pages, &parts, &self.place, &view, &save, &warning).await,
                Err(error) => self.answer(pages, parts, Err(error), "").await,
            },
            Err(error) => {
                posted.message = Some(error.to_string());
                self.again(pages, parts, posted).await
            }
        }
    }

    /// Somebody else was faster: shows both.
    async fn compare(&self, pages: &Pages, parts: Parts, mut posted: PostedRule, save: SaveRule) -> Response {
        match self.backend.compare_rule(&save).await {
            Ok(both) => compare_page(pages, &parts, &self.place, &save, &both).await,
            Err(AppError::Fields(errors)) => {
                posted.errors = errors;
                self.again(pages, parts, posted).await
            }
            Err(error) => {
                posted.message = Some(error.to_string());
                self.again(pages, parts, posted).await
            }
        }
    }

    /// The token is not accepted: says so together with everything else that is wrong, so that one try shows all.
    async fn refused_token(
        &self,
        pages: &Pages,
        parts: Parts,
        mut posted: PostedRule,
        token: &str,
        error: AppError,
    ) -> Response {
        if let (Ok(view), Some(person)) = (
            self.backend.entity(self.level, &self.entity).await,
            self.backend.person(),
        ) {
            let mut draft = posted.draft.clone();
            draft.auth_token = SecretText(token.to_owned());
            let context = DraftContext {
                role: person.role,
                policy: person.policy,
                level: self.level,
                entity: &self.entity,
                platform: view.entity.platform,
                may_show_personal_data: may_show_personal_data(person.role),
            };
            if let Err(errors) = draft.parse(&context) {
                posted.errors = errors;
            }
        }
        match error {
            AppError::Fields(errors) => {
                posted.errors.0.retain(|found| errors.of(&found.field).is_none());
                posted.errors.extend(errors);
            }
            other => posted.message = Some(other.to_string()),
        }
        self.again(pages, parts, posted).await
    }
}
