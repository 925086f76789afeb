//! Importing a CSV file into the catalog: first a dry run that says what it would do, then just that.

use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{StatusCode, header};
use leptos::prelude::*;

use super::super::Visit;
use super::super::form::{Wrong, complaints};
use crate::error::AppError;
use crate::http::{Pages, login_address};
use crate::parts::view::{Erase, nothing};
use crate::views::catalog::{DryRun, Imported, LineError};

const TITLE: &str = "Import into the catalog";

/// `GET /catalog/import`.
pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match visit.backend.may_import(false).await {
        Ok(()) => visit.page(TITLE, || page(None, "", &Wrong::default())).await,
        Err(error) => visit.trouble(error).await,
    }
}

/// `POST /catalog/import`: a file or pasted lines to look at, or the word to import what was looked at.
pub(super) async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let is_file = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("multipart/form-data"));
    if is_file {
        return look(pages, request).await;
    }
    let (visit, posted) = match Visit::post(pages, request).await {
        Ok(posted) => posted,
        Err(elsewhere) => return *elsewhere,
    };
    if !posted.has("stamp") {
        let text = posted.first("text").unwrap_or_default().to_owned();
        return dry_run(visit, text.as_bytes(), &text).await;
    }
    match visit
        .backend
        .import(&posted.text("id"), &posted.text("stamp"))
        .await
    {
        Ok(Imported::Done(created, updated)) => {
            let notice = format!("The file is imported: {created} new, {updated} changed.");
            visit.done(&notice, "/catalog/import").await
        }
        Ok(Imported::Again(run)) => {
            let wrong = Wrong {
                message: Some(
                    "The catalog was changed after the check, so nothing is imported. This is what the file would do now."
                        .to_owned(),
                ),
                ..Wrong::default()
            };
            visit.refused(TITLE, || page(Some(&run), "", &wrong)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

/// Reads the posted file, or the pasted text when there is none.
async fn look(pages: Pages, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let visit = match Visit::of(pages, parts.clone()) {
        Ok(visit) => visit,
        // A file does not wait in a page: after the login it is chosen again.
        Err(_) => return Redirect::to(&login_address(&parts.uri)).into_response(),
    };
    // Only who may import makes us read megabytes.
    if let Err(error) = visit.backend.may_import(true).await {
        return visit.trouble(error).await;
    }
    let mut form = match Multipart::from_request(Request::from_parts(parts, body), &()).await {
        Ok(form) => form,
        Err(_) => return (StatusCode::BAD_REQUEST, "The form did not arrive whole.").into_response(),
    };
    let (mut file, mut text) = (Vec::new(), String::new());
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(_) => return too_large(visit).await,
        };
        let name = field.name().unwrap_or_default().to_owned();
        let Ok(bytes) = field.bytes().await else {
            return too_large(visit).await;
        };
        match name.as_str() {
            "file" => file = bytes.to_vec(),
            "text" => text = String::from_utf8_lossy(&bytes).into_owned(),
            _ => {}
        }
    }
    if file.is_empty() {
        dry_run(visit, text.as_bytes(), &text).await
    } else {
        dry_run(visit, &file, "").await
    }
}

async fn too_large(visit: Visit) -> Response {
    let wrong = Wrong {
        message: Some("The file did not arrive whole, or is larger than 10 MB. Send it in parts.".to_owned()),
        ..Wrong::default()
    };
    visit.refused(TITLE, || page(None, "", &wrong)).await
}

async fn dry_run(visit: Visit, file: &[u8], pasted: &str) -> Response {
    match visit.backend.dry_run(file).await {
        Ok(run) if run.errors.is_empty() => {
            visit
                .page(TITLE, || page(Some(&run), "", &Wrong::default()))
                .await
        }
        Ok(run) => {
            visit
                .refused(TITLE, || page(Some(&run), pasted, &Wrong::default()))
                .await
        }
        Err(AppError::Fields(errors)) => {
            let wrong = Wrong {
                errors,
                message: None,
            };
            visit.refused(TITLE, || page(None, pasted, &wrong)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn page(run: Option<&DryRun>, pasted: &str, wrong: &Wrong) -> AnyView {
    let result = run.map(found);
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href="/catalog">"Catalog"</a></nav>
            <div class="head__line"><h1 class="head__title">{TITLE}</h1></div>
        </header>
        {complaints(wrong, |_| "File".to_owned())}
        {result}
        <form class="card catalog-import" method="post" action="/catalog/import" enctype="multipart/form-data">
            <h2 class="card__title">{if run.is_some() { "Check another file" } else { "Check a file" }}</h2>
            <p>"Nothing is changed by the check. It says line by line what is wrong, or what would change."</p>
            <div class="field">
                <label class="field__label" for="import-file">"CSV file"</label>
                <input class="input" id="import-file" type="file" name="file" accept=".csv,text/csv,text/plain"/>
            </div>
            <div class="field">
                <label class="field__label" for="field-text">"Or paste lines"</label>
                <textarea
                    class="input input--text catalog-import__text"
                    id="field-text"
                    name="text"
                    spellcheck="false"
                    aria-describedby="import-hint"
                >{format!("\n{pasted}")}</textarea>
            </div>
            <button type="submit" class="button button--primary">"Check"</button>
            {help()}
        </form>
    }
    .erase()
}

fn help() -> AnyView {
    view! {
        <div class="hint" id="import-hint">
            <p>
                "The first line names the columns: kind, id, name, platform, status, product, publisher, buyer, campaigns. \
                 Only kind and id are needed. Columns are separated by commas or semicolons; text is UTF-8; at most \
                 50,000 lines or 10 MB."
            </p>
            <p>"An empty cell leaves what is known. product, publisher and buyer are IDs; campaigns of a pingtree are IDs with | between them."</p>
            <pre class="catalog-import__sample" tabindex="0" role="region" aria-label="Example of a file">
                "kind,id,name,platform,status,product,publisher,buyer\n\
                 publisher,1044,Blue Traffic,,active,,,\n\
                 channel,5521,Blue POST 1,lms,active,218,1044,\n\
                 campaign,8807,Acme CA,lms,active,218,,402"
            </pre>
        </div>
    }
    .erase()
}

/// What the check found.
fn found(run: &DryRun) -> AnyView {
    if !run.errors.is_empty() {
        return wrong_lines(run);
    }
    let total = run.created + run.updated;
    let counts = format!(
        "{} new, {} changed, {} unchanged.",
        run.created, run.updated, run.unchanged
    );
    if total == 0 {
        return view! {
            <section class="card" role="status">
                <h2 class="card__title">"Nothing to import"</h2>
                <p>{format!("{counts} The catalog says all of this already.")}</p>
            </section>
        }
        .erase();
    }
    let rows = run
        .changes
        .iter()
        .map(|(line, what, how)| {
            view! {
                <tr role="row">
                    <td role="cell" data-label="Line" class="table__number">{*line}</td>
                    <td role="cell" data-label="Entry">{what.clone()}</td>
                    <td role="cell" data-label="Change">{how.clone()}</td>
                </tr>
            }
            .erase()
        })
        .collect_view();
    let more = (total > run.changes.len())
        .then(|| view! { <p class="hint">{format!("and {} more", total - run.changes.len())}</p> }.erase());
    view! {
        <section class="card" role="status">
            <h2 class="card__title">"What this file would do"</h2>
            <p>{counts}</p>
            <form method="post" action="/catalog/import">
                <input type="hidden" name="id" value=run.id.clone()/>
                <input type="hidden" name="stamp" value=run.stamp.clone()/>
                <button type="submit" class="button button--primary">
                    {format!("Import {total} {}", if total == 1 { "entry" } else { "entries" })}
                </button>
            </form>
            {head("Changes", &["Line", "Entry", "Change"], rows.erase())}
            {more}
        </section>
    }
    .erase()
}

fn wrong_lines(run: &DryRun) -> AnyView {
    let rows = run
        .errors
        .iter()
        .map(|LineError { line, field, message }| {
            view! {
                <tr role="row">
                    <td role="cell" data-label="Line" class="table__number">{*line}</td>
                    <td role="cell" data-label="Column">{field.clone()}</td>
                    <td role="cell" data-label="What to do">{message.clone()}</td>
                </tr>
            }
            .erase()
        })
        .collect_view();
    let more = (run.error_count > run.errors.len()).then(|| {
        view! { <p class="hint">{format!("and {} more", run.error_count - run.errors.len())}</p> }.erase()
    });
    let title = match run.error_count {
        1 => "One thing is wrong, so nothing can be imported".to_owned(),
        many => format!("{many} things are wrong, so nothing can be imported"),
    };
    view! {
        <section class="card" role="alert">
            <h2 class="card__title">{title}</h2>
            {head("What is wrong", &["Line", "Column", "What to do"], rows.erase())}
            {more}
        </section>
    }
    .erase()
}

fn head(label: &'static str, columns: &[&'static str], rows: AnyView) -> AnyView {
    let columns = columns
        .iter()
        .map(|column| view! { <th role="columnheader" scope="col">{*column}</th> }.erase())
        .collect_view();
    if columns.is_empty() {
        return nothing();
    }
    view! {
        <table class="table" role="table" aria-label=label>
            <thead role="rowgroup"><tr role="row">{columns}</tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .erase()
}
