//! What pages ask of the server once they run in the browser; while a page is drawn on the server, the same
//! functions run there directly. Each finds the backend, makes its call and sets the status that fits the answer.
//!
//! JSON goes in and out, because in the default form encoding an empty list vanishes.

use std::collections::BTreeMap;

use leadbell_domain::{EntityId, FilterKey, Level, Policy, Role, RuleId, RuleStatus};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use crate::address::Place;
use crate::error::AppError;
use crate::views::{
    Alert, Choice, ChoiceQuery, EntityView, Listing, Notice, Person, RuleFormData, RuleRow, RuleSearch,
    SaveRule, SavedRule,
};

/// What the frame around every page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Frame {
    /// Who is logged in.
    pub person: Option<Person>,
    /// What the last action did, when it ended in a new page.
    pub notice: Option<Notice>,
    /// What has to be mended.
    pub alert: Option<Alert>,
}

/// The rule form with what only pages know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FormPage {
    /// The form.
    pub data: RuleFormData,
    /// The viewer's role: decides which filters are offered.
    pub role: Role,
    /// What the house decided about this role's filters. Left out where it is nothing of the role's: a publisher need not
    /// hear of buyers.
    #[serde(default, skip_serializing_if = "Policy::is_default")]
    pub policy: Policy,
    /// What went wrong with a posted form, beside its fields.
    pub message: Option<String>,
    /// What was done to the draft on the way here, when that was asked for.
    pub note: Option<String>,
    /// Values to choose from where no script runs. Stays on the server: with a script, the fields ask for theirs.
    #[serde(skip)]
    pub plain_choices: BTreeMap<FilterKey, Vec<Choice>>,
}

#[cfg(feature = "ssr")]
pub(crate) mod told {
    //! The status of an answer.

    use http::StatusCode;
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    use crate::error::AppError;

    /// Which status says it.
    pub(crate) fn status(error: &AppError) -> StatusCode {
        match error {
            AppError::LoggedOut => StatusCode::UNAUTHORIZED,
            AppError::NotFound => StatusCode::NOT_FOUND,
            AppError::Forbidden => StatusCode::FORBIDDEN,
            AppError::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::Conflict | AppError::WouldFlood(_) => StatusCode::CONFLICT,
            AppError::Request(_) => StatusCode::BAD_REQUEST,
            AppError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The status of the response at hand, found before anything is awaited.
    pub(crate) struct Telling(Option<ResponseOptions>);

    impl Telling {
        pub(crate) fn here() -> Telling {
            Telling(use_context())
        }

        /// Passes the answer on and lets the response have its status.
        pub(crate) fn tell<T>(self, result: Result<T, AppError>) -> Result<T, AppError> {
            if let (Err(error), Some(options)) = (&result, &self.0) {
                options.set_status(status(error));
            }
            result
        }
    }
}

/// What pages are filled with. One type for all that is loaded, because each further one costs every visitor 10 KB.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ask {
    /// What stands around every page.
    Frame,
    /// The head of an entity's pages.
    Entity(Place),
    /// A page of its rules.
    Rules(Place, RuleSearch),
    /// The form of a rule.
    Form(Level, EntityId, Option<RuleId>),
}

/// The answer to an [`Ask`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    clippy::large_enum_variant,
    reason = "one per question; lives once per page"
)]
pub(crate) enum Answer {
    Frame(Frame),
    Entity(EntityView),
    Rules(Listing<RuleRow>),
    Form(FormPage),
}

/// What an answer holds.
pub(crate) trait Content: Clone + Send + Sync + 'static {
    /// `None` for the answer to another question.
    fn of(answer: Answer) -> Option<Self>;
}

macro_rules! content {
    ($($variant:ident: $type:ty),* $(,)?) => {$(
        impl Content for $type {
            fn of(answer: Answer) -> Option<Self> {
                match answer {
                    Answer::$variant(content) => Some(content),
                    _ => None,
                }
            }
        }
    )*};
}

content!(
    Frame: Frame,
    Entity: EntityView,
    Rules: Listing<RuleRow>,
    Form: FormPage,
);

/// Asks the server, through the server function that fits.
pub(crate) async fn ask(ask: Ask) -> Result<Answer, AppError> {
    Ok(match ask {
        Ask::Frame => Answer::Frame(load_frame().await?),
        Ask::Entity(place) => Answer::Entity(load_entity(place).await?),
        Ask::Rules(place, search) => Answer::Rules(list_rules(place, search).await?),
        Ask::Form(level, entity, rule) => Answer::Form(load_rule_form(level, entity, rule).await?),
    })
}

/// Whose rules a place means, for whoever is logged in.
#[cfg(feature = "ssr")]
fn scope_of(place: Place, backend: &dyn crate::backend::Backend) -> Result<(Level, EntityId), AppError> {
    match place {
        Place::Entity(level, id) => Ok((level, id)),
        Place::Own => {
            let person = backend.person().ok_or(AppError::LoggedOut)?;
            Ok((Level::Publisher, person.publisher.ok_or(AppError::NotFound)?))
        }
    }
}

/// Runs one call of the backend and tells its outcome.
#[cfg(feature = "ssr")]
macro_rules! ask {
    ($backend:ident => $call:expr) => {{
        let telling = told::Telling::here();
        let answer = match crate::backend::backend() {
            Ok($backend) => $call.await,
            Err(error) => Err(error),
        };
        telling.tell(answer)
    }};
}

/// Who is logged in, and the notice that waits for him.
#[server(prefix = "/fn", endpoint = "frame", input = Json)]
pub(crate) async fn load_frame() -> Result<Frame, AppError> {
    ask!(backend => async {
        Ok(Frame { person: backend.person(), notice: backend.take_notice().await?, alert: backend.alert().await })
    })
}

/// The head of an entity's pages.
#[server(prefix = "/fn", endpoint = "entity", input = Json)]
pub(crate) async fn load_entity(place: Place) -> Result<EntityView, AppError> {
    ask!(backend => async {
        let (level, id) = scope_of(place, backend.as_ref())?;
        backend.entity(level, &id).await
    })
}

/// A page of an entity's rules.
#[server(prefix = "/fn", endpoint = "rules", input = Json)]
pub(crate) async fn list_rules(place: Place, search: RuleSearch) -> Result<Listing<RuleRow>, AppError> {
    ask!(backend => async {
        let (level, entity) = scope_of(place, backend.as_ref())?;
        backend.list_rules(level, &entity, &search).await
    })
}

/// The form of a new or existing rule, with what was posted in it when a plain form post is being answered.
#[server(prefix = "/fn", endpoint = "rule_form", input = Json)]
pub(crate) async fn load_rule_form(
    level: Level,
    entity: EntityId,
    rule: Option<RuleId>,
) -> Result<FormPage, AppError> {
    let posted = use_context::<crate::http::PostedRule>();
    let draws_page = use_context::<leptos_meta::ServerMetaContext>().is_some();
    let options = use_context::<leptos_axum::ResponseOptions>();
    let preset = draws_page
        .then(crate::http::rule_form::preset_asked_for)
        .flatten();
    let page = ask!(backend => crate::http::rule_form::fill(
        backend.as_ref(), level, &entity, rule.as_ref(), preset.as_deref(), posted.as_ref(), draws_page
    ))?;
    if let (Some(options), true) = (options, page.refused()) {
        options.set_status(http::StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(page)
}

#[cfg(feature = "ssr")]
impl FormPage {
    /// Whether it answers a form that was posted and not accepted.
    fn refused(&self) -> bool {
        !self.data.errors.is_empty() || self.message.is_some()
    }
}

/// Values to choose in a filter.
#[server(prefix = "/fn", endpoint = "choices", input = Json)]
pub(crate) async fn find_choices(query: ChoiceQuery) -> Result<Vec<Choice>, AppError> {
    ask!(backend => backend.choices(&query))
}

/// Saves a rule.
#[server(prefix = "/fn", endpoint = "save_rule", input = Json)]
pub(crate) async fn store_rule(save: SaveRule) -> Result<SavedRule, AppError> {
    ask!(backend => backend.save_rule(&save))
}

/// Enables or disables a rule.
#[server(prefix = "/fn", endpoint = "set_rule_status", input = Json)]
pub(crate) async fn set_rule_status(level: Level, rule: RuleId, status: RuleStatus) -> Result<(), AppError> {
    ask!(backend => backend.set_rule_status(level, &rule, status))
}

/// Deletes a rule; the version by which that can be undone.
#[server(prefix = "/fn", endpoint = "delete_rule", input = Json)]
pub(crate) async fn delete_rule(level: Level, rule: RuleId) -> Result<i64, AppError> {
    ask!(backend => backend.delete_rule(level, &rule))
}

/// Logs in without leaving the page, when a session ended in the middle of a form.
#[server(prefix = "/fn", endpoint = "log_in", input = Json)]
pub(crate) async fn log_in_here(email: String, password: String) -> Result<(), AppError> {
    ask!(backend => backend.log_in(&email, &password))
}
