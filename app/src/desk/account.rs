//! One's own account: name, password, and where one is logged in.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{FieldErrors, SessionId};
use leptos::prelude::*;

use super::form::{Field, Wrong, complaints};
use super::{Visit, moment};
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::view::Erase;
use crate::views::people::{AccountView, SessionRow};

/// `/account`, for everybody.
pub(super) fn router() -> Router<Pages> {
    Router::new().route("/account", get(open).post(post))
}

/// Which form was refused, and why; passwords are never drawn again.
#[derive(Default)]
struct Refused {
    name: Option<String>,
    about_name: Wrong,
    about_password: Wrong,
}

fn label(field: &str) -> String {
    let label = match field {
        "name" => "Name",
        "old_password" => "Present password",
        "new_password" => "New password",
        "new_password_again" => "New password again",
        other => other,
    };
    label.to_owned()
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match visit.backend.account().await {
        Ok(account) => {
            visit
                .page("Your account", || page(&account, &Refused::default()))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(posted) => posted,
        Err(elsewhere) => return *elsewhere,
    };
    let backend = &visit.backend;
    let mut refused = Refused::default();
    let done: Result<String, AppError> = match form.first("do") {
        Some("password") => {
            let text = |name: &str| form.first(name).unwrap_or_default();
            backend
                .change_password(
                    text("old_password"),
                    text("new_password"),
                    text("new_password_again"),
                )
                .await
                .map(|()| "Your password is changed. Your other logins have ended.".to_owned())
        }
        Some("end") => match SessionId::new(form.text("session")) {
            Ok(session) => match backend.end_session(&session).await {
                Ok(true) => return visit.go("/login"),
                Ok(false) => Ok("That login has ended.".to_owned()),
                Err(error) => Err(error),
            },
            Err(_) => Err(AppError::NotFound),
        },
        Some("end_others") => backend.end_other_sessions().await.map(|ended| match ended {
            0 => "There was no other login.".to_owned(),
            1 => "One other login has ended.".to_owned(),
            many => format!("{many} other logins have ended."),
        }),
        Some("name") => {
            refused.name = Some(form.text("name"));
            backend
                .rename(&form.text("name"))
                .await
                .map(|()| "Your name is saved.".to_owned())
        }
        _ => Err(AppError::NotFound),
    };
    let errors: FieldErrors = match done {
        Ok(notice) => return visit.done(&notice, "/account").await,
        Err(AppError::Fields(errors)) => errors,
        Err(error) => return visit.trouble(error).await,
    };
    let wrong = Wrong {
        errors,
        message: None,
    };
    if refused.name.is_some() {
        refused.about_name = wrong;
    } else {
        refused.about_password = wrong;
    }
    match visit.backend.account().await {
        Ok(account) => visit.refused("Your account", || page(&account, &refused)).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn page(account: &AccountView, refused: &Refused) -> AnyView {
    let name = refused.name.as_ref().unwrap_or(&account.name);
    view! {
        <header class="head">
            <div class="head__line"><h1 class="head__title">"Your account"</h1></div>
        </header>
        <div class="desk">
            <div class="columns">
                <section class="card">
                    <h2 class="card__title">"You"</h2>
                    <form class="desk-form" method="post" action="/account" novalidate>
                        {complaints(&refused.about_name, label)}
                        {Field::new("name", "Name", &refused.about_name)
                            .hint("Colleagues see it beside your rules.")
                            .required()
                            .autocomplete("name")
                            .line("text", name)}
                        <dl class="facts">
                            <div class="facts__fact"><dt>"E-mail"</dt> <dd>{account.email.clone()}</dd></div>
                            <div class="facts__fact"><dt>"Role"</dt> <dd>{account.role.label()}</dd></div>
                            {account.manages_until.map(|until| view! {
                                <div class="facts__fact"><dt>"May change rules until"</dt> <dd>{moment(until)}</dd></div>
                            }.erase())}
                        </dl>
                        <div>
                            <button type="submit" class="button button--primary" name="do" value="name">"Save Name"</button>
                        </div>
                    </form>
                </section>
                {password_card(&account.email, &refused.about_password)}
            </div>
            {sessions_card(&account.sessions)}
        </div>
    }
    .erase()
}

fn password_card(email: &str, wrong: &Wrong) -> AnyView {
    view! {
        <section class="card">
            <h2 class="card__title">"Password"</h2>
            <form class="desk-form" method="post" action="/account" novalidate>
                {complaints(wrong, label)}
                // Lets password managers know whose it is.
                <input type="text" class="visually-hidden" autocomplete="username" value=email.to_owned() readonly tabindex="-1" aria-hidden="true"/>
                {Field::new("old_password", "Present password", wrong)
                    .required()
                    .autocomplete("current-password")
                    .line("password", "")}
                {new_password_fields(wrong)}
                <div>
                    <button type="submit" class="button button--primary" name="do" value="password">"Change Password"</button>
                </div>
            </form>
        </section>
    }
    .erase()
}

/// A new password, twice.
pub(super) fn new_password_fields(wrong: &Wrong) -> AnyView {
    view! {
        {Field::new("new_password", "New password", wrong)
            .hint("At least 10 characters. A few words in a row are easier to remember than signs.")
            .required()
            .autocomplete("new-password")
            .line("password", "")}
        {Field::new("new_password_again", "New password again", wrong)
            .required()
            .autocomplete("new-password")
            .line("password", "")}
    }
    .erase()
}

fn sessions_card(sessions: &[SessionRow]) -> AnyView {
    let others = sessions.iter().any(|session| !session.this).then(|| {
        view! {
            <form method="post" action="/account">
                <button type="submit" class="button" name="do" value="end_others">"End all others"</button>
            </form>
        }
        .erase()
    });
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = sessions.iter().map(session_row).collect_view();
    view! {
        <section aria-labelledby="logins">
            <div class="list-head">
                <div>
                    <h2 class="card__title" id="logins">"Where you are logged in"</h2>
                    <p class="hint">"End a login that you do not know, and change your password then."</p>
                </div>
                {others}
            </div>
            <table class="table" role="table" aria-labelledby="logins">
                <thead role="rowgroup">
                    <tr role="row">
                        {column("Device")}
                        {column("Since")}
                        {column("Last seen")}
                        {column("Actions")}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </section>
    }
    .erase()
}

fn session_row(session: &SessionRow) -> AnyView {
    let this = session
        .this
        .then(|| view! { " " <span class="tag">"this one"</span> }.erase());
    let said = format!("End the login on {}", session.device);
    view! {
        <tr role="row">
            <td role="cell" class="table__main"><span class="table__name">{session.device.clone()}</span> {this}</td>
            <td role="cell" data-label="Since">{moment(session.started_at)}</td>
            <td role="cell" data-label="Last seen">{moment(session.seen_at)}</td>
            <td role="cell" class="table__actions">
                <form method="post" action="/account">
                    <input type="hidden" name="session" value=session.id.to_string()/>
                    <button type="submit" class="button button--quiet button--small" name="do" value="end" aria-label=said>
                        "End"
                    </button>
                </form>
            </td>
        </tr>
    }
    .erase()
}
