//! Adding and changing a person.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use leadbell_domain::{EntityKind, FieldErrors, UserId};

use super::super::Visit;
use super::super::form::Wrong;
use super::handover;
use super::person_form::{Drawn, Finds, page};
use crate::error::AppError;
use crate::http::{Form, Pages};
use crate::views::people::{Handover, UserForm, UserView};

const TITLE: &str = "Add User";

fn read(form: &Form) -> (UserForm, Finds) {
    let typed = UserForm {
        name: form.text("name"),
        address: form.text("address"),
        role: form.text("role"),
        publishers: form.all("publishers"),
        buyers: form.all("buyers"),
        version: form.text("version").parse().unwrap_or_default(),
    };
    let finds = Finds {
        publishers: form.text("find_publishers"),
        buyers: form.text("find_buyers"),
    };
    (typed, finds)
}

/// Whether the form was sent to look for publishers or buyers: by that button, or by Enter after typing something new
/// to look for.
fn looks(form: &Form, finds: &Finds) -> bool {
    match form.first("do") {
        Some("find") => true,
        Some("enter") => {
            finds.publishers != form.text("found_publishers") || finds.buyers != form.text("found_buyers")
        }
        _ => false,
    }
}

/// Draws the form; `wrong` is what is wrong with what was posted.
async fn draw(
    visit: Visit,
    view: Option<UserView>,
    form: UserForm,
    finds: Finds,
    wrong: Option<Wrong>,
) -> Response {
    let backend = &visit.backend;
    let publishers = backend
        .assignable(EntityKind::Publisher, &finds.publishers, &form.publishers)
        .await;
    let buyers = backend
        .assignable(EntityKind::Buyer, &finds.buyers, &form.buyers)
        .await;
    let (publishers, buyers) = match (publishers, buyers) {
        (Ok(publishers), Ok(buyers)) => (publishers, buyers),
        (Err(error), _) | (_, Err(error)) => return visit.trouble(error).await,
    };
    let title = view
        .as_ref()
        .map_or_else(|| TITLE.to_owned(), |view| view.form.name.clone());
    let refused = wrong.is_some();
    let drawn = Drawn {
        view,
        form,
        finds,
        publishers,
        buyers,
        wrong: wrong.unwrap_or_default(),
    };
    if refused {
        visit.refused(&title, || page(&drawn)).await
    } else {
        visit.page(&title, || page(&drawn)).await
    }
}

/// What to say of a refusal that leaves the form as it is; other errors are no matter of the form.
fn wrong(error: AppError) -> Result<Wrong, AppError> {
    match error {
        AppError::Fields(errors) => Ok(Wrong {
            errors,
            message: None,
        }),
        AppError::Conflict => Ok(Wrong {
            errors: FieldErrors::new(),
            message: Some(
                "Somebody else changed this user in the meantime. Open the page again to see how they are now."
                    .to_owned(),
            ),
        }),
        AppError::Request(message) => Ok(Wrong {
            errors: FieldErrors::new(),
            message: Some(message),
        }),
        other => Err(other),
    }
}

async fn show_link(visit: Visit, made: &Handover, new: bool) -> Response {
    let title = "One-time link";
    visit.page(title, || handover::page(made, new)).await
}

/// `GET /users/new`.
pub(super) async fn new(State(pages): State<Pages>, request: Request) -> Response {
    match Visit::open(pages, request) {
        Ok(visit) => draw(visit, None, UserForm::default(), Finds::default(), None).await,
        Err(elsewhere) => *elsewhere,
    }
}

/// `POST /users/new`.
pub(super) async fn add(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(posted) => posted,
        Err(elsewhere) => return *elsewhere,
    };
    let (typed, finds) = read(&form);
    if looks(&form, &finds) {
        return draw(visit, None, typed, finds, None).await;
    }
    match visit.backend.add_user(&typed).await {
        Ok(made) => show_link(visit, &made, true).await,
        Err(error) => match wrong(error) {
            Ok(wrong) => draw(visit, None, typed, finds, Some(wrong)).await,
            Err(error) => visit.trouble(error).await,
        },
    }
}

async fn find(visit: &Visit, id: &str) -> Result<UserView, AppError> {
    let id = UserId::new(id).map_err(|_| AppError::NotFound)?;
    visit.backend.user(&id).await
}

/// `GET /users/{id}`.
pub(super) async fn open(State(pages): State<Pages>, Path(id): Path<String>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match find(&visit, &id).await {
        Ok(view) => {
            let form = view.form.clone();
            draw(visit, Some(view), form, Finds::default(), None).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

/// `POST /users/{id}`: changes, disables or enables a person, or makes a link for him.
pub(super) async fn post(State(pages): State<Pages>, Path(id): Path<String>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(posted) => posted,
        Err(elsewhere) => return *elsewhere,
    };
    let view = match find(&visit, &id).await {
        Ok(view) => view,
        Err(error) => return visit.trouble(error).await,
    };
    let here = format!("/users/{}", view.id);
    let (backend, id) = (&visit.backend, &view.id);
    let told = match form.first("do") {
        Some("link") => {
            return match backend.hand_over(id).await {
                Ok(made) => show_link(visit, &made, false).await,
                Err(error) => visit.trouble(error).await,
            };
        }
        Some("elevate") => {
            let hours = form.text("hours").parse().unwrap_or_default();
            let name = backend.elevate_user(id, hours).await;
            Some(name.map(|name| format!("{name} may change rules for now.")))
        }
        Some("end_elevation") => {
            let name = backend.end_elevation(id).await;
            Some(name.map(|name| format!("{name} only views rules from now on.")))
        }
        Some("disable") => {
            let name = backend.switch_user(id, false).await;
            Some(name.map(|name| format!("{name} is disabled and logged out everywhere.")))
        }
        Some("enable") => {
            let name = backend.switch_user(id, true).await;
            Some(name.map(|name| format!("{name} may log in again.")))
        }
        _ => None,
    };
    match told {
        Some(Ok(notice)) => return visit.done(&notice, &here).await,
        Some(Err(error)) => return visit.trouble(error).await,
        None => {}
    }
    let (typed, finds) = read(&form);
    if looks(&form, &finds) {
        return draw(visit, Some(view), typed, finds, None).await;
    }
    match visit.backend.change_user(&view.id, &typed).await {
        Ok(()) => visit.done(&format!("{} is saved.", typed.name), &here).await,
        Err(error) => match wrong(error) {
            Ok(wrong) => draw(visit, Some(view), typed, finds, Some(wrong)).await,
            Err(error) => visit.trouble(error).await,
        },
    }
}
