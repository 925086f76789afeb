//! `/connections/{id}/remove`: asking before a token is forgotten.

use axum::extract::{Request, State};
use axum::response::Response;
use leptos::prelude::*;

use super::{LIST, address, id_of};
use crate::desk::Visit;
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::view::Erase;
use crate::views::ConnectionView;

const TITLE: &str = "Remove a connection";

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let id = id_of(visit.path(), "/remove");
    match visit.backend.connection(&id).await {
        Ok(found) if found.can_manage => visit.page(TITLE, || page(&found, false)).await,
        Ok(_) => visit.trouble(AppError::Forbidden).await,
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, _) = match Visit::post(pages, request).await {
        Ok(opened) => opened,
        Err(elsewhere) => return *elsewhere,
    };
    let id = id_of(visit.path(), "/remove");
    match visit.backend.remove_connection(&id).await {
        Ok(said) => visit.done(&said, LIST).await,
        Err(AppError::Conflict) => match visit.backend.connection(&id).await {
            Ok(found) => visit.refused(TITLE, || page(&found, true)).await,
            Err(error) => visit.trouble(error).await,
        },
        Err(error) => visit.trouble(error).await,
    }
}

fn page(found: &ConnectionView, refused: bool) -> AnyView {
    let row = &found.row;
    let back = address(&row.id);
    let body = if refused || row.rules > 0 || row.waiting > 0 {
        view! {
            <p>
                "It is still in use: rules send with it, or messages wait for it. Give those rules another connection or delete"
                " them first. A token that is to be exchanged is replaced on the connection's page."
            </p>
            <p class="row-actions"><a class="button" href=back>"Back to the connection"</a></p>
        }
        .erase()
    } else {
        let action = format!("{back}/remove");
        view! {
            <p>
                "No rule uses it. Leadbell forgets its token, which can't be undone; the token itself stays valid in Slack until"
                " you revoke it there."
            </p>
            <form class="row-actions" method="post" action=action>
                <button type="submit" class="button button--danger">"Remove it"</button>
                <a class="button button--quiet" href=back>"Keep it"</a>
            </form>
        }
        .erase()
    };
    view! {
        <section class="card form" role=refused.then_some("alert")>
            <h1 class="head__title">{format!("Remove “{}”?", row.name)}</h1>
            {body}
        </section>
    }
    .erase()
}
