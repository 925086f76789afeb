//! `/rules/import`: a file is looked at first, and then imported as it was looked at.

use axum::body::Body;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::response::Response;
use leadbell_domain::FieldErrors;
use leptos::prelude::*;

use super::super::Visit;
use super::super::form::{Field, Wrong, complaints};
use super::head;
use super::look::shown;
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::view::Erase;
use crate::views::{ImportLook, Imported};

const TITLE: &str = "Import rules";

/// What was posted.
#[derive(Default)]
struct Posted {
    text: String,
    /// The version that was looked at, when it is to be imported.
    seen: Option<i64>,
}

/// `GET /rules/import`.
pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    if !visit.backend.rule_file_duties().1 {
        return visit.trouble(AppError::NotFound).await;
    }
    visit.page(TITLE, || page("", None, &Wrong::default())).await
}

/// `POST /rules/import`.
pub(super) async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let visit = match Visit::open(pages, Request::from_parts(parts.clone(), Body::empty())) {
        Ok(visit) => visit,
        // A file does not wait in a page: after the login it is chosen again.
        Err(elsewhere) => return *elsewhere,
    };
    // Only who may import makes us read megabytes.
    if !visit.backend.rule_file_duties().1 {
        return visit.trouble(AppError::NotFound).await;
    }
    let posted = match read(Request::from_parts(parts, body)).await {
        Ok(posted) => posted,
        Err(message) => return again(visit, "", FieldErrors::one("text", message)).await,
    };
    if posted.text.trim().is_empty() {
        let errors = FieldErrors::one("text", "Choose a file, or paste its text.");
        return again(visit, "", errors).await;
    }
    match posted.seen {
        Some(seen) => import(visit, &posted.text, seen).await,
        None => look(visit, &posted.text).await,
    }
}

/// The file if one was chosen, or else what was pasted.
async fn read(request: Request) -> Result<Posted, &'static str> {
    const BROKEN: &str = "The file did not arrive whole, or is larger than 2 MB. Import it in parts, or through the REST interface.";
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|_| "This address takes a form with a file.")?;
    let (mut posted, mut file) = (Posted::default(), None);
    while let Some(field) = form.next_field().await.map_err(|_| BROKEN)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|_| BROKEN)?;
        // Browsers send the line ends of a form as CR LF.
        let text = || {
            std::str::from_utf8(&bytes)
                .map(|text| text.replace("\r\n", "\n"))
                .map_err(|_| "The file is not text in UTF-8.")
        };
        match name.as_str() {
            "file" if !bytes.is_empty() => file = Some(text()?),
            "text" => posted.text = text()?,
            "seen" => posted.seen = text()?.trim().parse().ok(),
            _ => {}
        }
    }
    if let Some(file) = file {
        posted.text = file;
        posted.seen = None;
    }
    Ok(posted)
}

async fn look(visit: Visit, text: &str) -> Response {
    match visit.backend.look_at_rules(text.as_bytes()).await {
        Ok(look) if look.refused == 0 => {
            visit
                .page(TITLE, || page(text, Some(&look), &Wrong::default()))
                .await
        }
        Ok(look) => {
            visit
                .refused(TITLE, || page(text, Some(&look), &Wrong::default()))
                .await
        }
        Err(AppError::Fields(errors)) => again(visit, text, errors).await,
        Err(error) => visit.trouble(error).await,
    }
}

async fn import(visit: Visit, text: &str, seen: i64) -> Response {
    match visit.backend.import_rules(text.as_bytes(), seen).await {
        Ok(Imported::Done(new, changed)) => {
            let notice = format!("The file is imported: {new} new, {changed} changed.");
            visit.done(&notice, "/rules/import").await
        }
        Ok(Imported::Again(look)) => {
            let wrong = Wrong {
                message: Some(
                    "Rules were changed after you looked, so nothing is imported. This is what the file would change now."
                        .to_owned(),
                ),
                ..Wrong::default()
            };
            visit.refused(TITLE, || page(text, Some(&look), &wrong)).await
        }
        Err(AppError::Fields(errors)) => again(visit, text, errors).await,
        Err(error) => visit.trouble(error).await,
    }
}

/// The form once more, with what is wrong.
async fn again(visit: Visit, text: &str, errors: FieldErrors) -> Response {
    let wrong = Wrong {
        errors,
        message: None,
    };
    visit.refused(TITLE, || page(text, None, &wrong)).await
}

fn page(text: &str, look: Option<&ImportLook>, wrong: &Wrong) -> AnyView {
    let found = look.map(|look| shown(look, text));
    let (title, open) = match look {
        Some(look) if look.refused == 0 => ("Look at another file", false),
        Some(_) => ("Mend it and look again", true),
        None => ("Look at a file", true),
    };
    let pasted = Field::new("text", "…or paste its text", wrong)
        .hint("JSON or YAML, as the export writes it.")
        .lines(text);
    view! {
        {head(true)}
        {complaints(wrong, |_| "File".to_owned())}
        {found}
        <section class="page-part">
            <details open=open>
                <summary class="page-part__title">{title}</summary>
                <p class="hint">
                    "Nothing is changed before you have seen what would change. A rule of the file is the one of its id; "
                    "without an id, a name that one rule there has is that rule’s; any other rule is a new one. "
                    "Rules that are not in the file stay as they are."
                </p>
                <form class="form" method="post" action="/rules/import" enctype="multipart/form-data">
                    <div class="field">
                        <label class="field__label" for="field-file">"File"</label>
                        <input class="input" id="field-file" name="file" type="file" accept=".json,.yaml,.yml"/>
                    </div>
                    {pasted}
                    <button type="submit" class="button button--primary">"Look at the changes"</button>
                </form>
            </details>
        </section>
    }
    .erase()
}
