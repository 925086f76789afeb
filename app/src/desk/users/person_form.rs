//! The form of a person: who he is, his role, and what he manages. Publishers and buyers are looked for by a button of
//! the form itself, which draws it again with what was found; what is chosen stays.

use leadbell_domain::Role;
use leptos::prelude::*;

use super::super::form::{Field, Wrong, complaints};
use super::super::moment;
use super::elevation::elevation;
use super::list::state_badge;
use crate::logic::query::with_query;
use crate::parts::view::Erase;
use crate::views::Choice;
use crate::views::people::{Assignable, UserForm, UserState, UserView};

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Finds {
    pub publishers: String,
    pub buyers: String,
}

/// All that the form shows.
pub(super) struct Drawn {
    /// The stored person; `None` for a new one.
    pub view: Option<UserView>,
    pub form: UserForm,
    pub finds: Finds,
    pub publishers: Assignable,
    pub buyers: Assignable,
    pub wrong: Wrong,
}

fn label(field: &str) -> String {
    let label = match field {
        "name" => "Name",
        "address" => "E-mail",
        "role" => "Role",
        "publishers" => "Publishers",
        "buyers" => "Buyers",
        other => other,
    };
    label.to_owned()
}

pub(super) fn page(drawn: &Drawn) -> AnyView {
    let title = drawn
        .view
        .as_ref()
        .map_or_else(|| "Add User".to_owned(), |view| view.form.name.clone());
    let state = drawn.view.as_ref().map(|view| state_badge(view.state));
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href="/users">"Users"</a></nav>
            <div class="head__line">
                <h1 class="head__title">{title}</h1>
                <span class="head__facts">{state}</span>
            </div>
        </header>
        <div class="desk desk--aside">
            {form(drawn)}
            {drawn.view.as_ref().map(aside)}
        </div>
    }
    .erase()
}

fn form(drawn: &Drawn) -> AnyView {
    let Drawn {
        view,
        form,
        finds,
        publishers,
        buyers,
        wrong,
    } = drawn;
    let action = view
        .as_ref()
        .map_or_else(|| "/users/new".to_owned(), |view| format!("/users/{}", view.id));
    let mut roles: Vec<(String, String)> = Role::ALL
        .iter()
        .map(|role| (role.key().to_owned(), role.label().to_owned()))
        .collect();
    if view.is_none() {
        roles.insert(0, (String::new(), "Choose a role".to_owned()));
    }
    let save = if view.is_some() { "Save" } else { "Add User" };
    view! {
        <form class="card desk-form person" method="post" action=action novalidate>
            // Enter in a field: looks for what was newly typed in a search, else saves.
            <button type="submit" class="default-button" name="do" value="enter" tabindex="-1" aria-hidden="true"></button>
            {complaints(wrong, label)}
            <input type="hidden" name="version" value=form.version.to_string()/>
            {Field::new("name", "Name", wrong).required().line("text", &form.name)}
            {Field::new("address", "E-mail", wrong)
                .hint("They log in with it.")
                .required()
                .line("email", &form.address)}
            {Field::new("role", "Role", wrong).required().choice(&roles, &form.role)}
            {assign(&PUBLISHERS, publishers, &finds.publishers, wrong)}
            {assign(&BUYERS, buyers, &finds.buyers, wrong)}
            <div class="desk-form__end">
                <button type="submit" class="button button--primary" name="do" value="save">{save}</button>
                <a class="button button--quiet" href="/users">"Cancel"</a>
            </div>
        </form>
    }
    .erase()
}

/// What differs between assigning publishers and buyers.
struct Kind {
    name: &'static str,
    find: &'static str,
    found: &'static str,
    label: &'static str,
    class: &'static str,
    hint: &'static str,
}

const PUBLISHERS: Kind = Kind {
    name: "publishers",
    find: "find_publishers",
    found: "found_publishers",
    label: "Publishers",
    class: "field field--boxes assign assign--publishers",
    hint: "The one a Publisher logs in for, or those that a Publisher Agent manages. Other roles have none.",
};

const BUYERS: Kind = Kind {
    name: "buyers",
    find: "find_buyers",
    found: "found_buyers",
    label: "Buyers",
    class: "field field--boxes assign assign--buyers",
    hint: "Those that a Buyer Agent or Buyer Editor manages. Other roles have none.",
};

fn boxes(name: &'static str, choices: &[Choice], checked: bool) -> AnyView {
    choices
        .iter()
        .map(|choice| {
            let note = choice
                .note
                .clone()
                .map(|note| view! { " " <span class="tag">{note}</span> }.erase());
            view! {
                <label class="check">
                    <input type="checkbox" name=name value=choice.id.clone() checked=checked/>
                    <span>{choice.name.clone()} " " <span class="muted">{choice.id.clone()}</span> {note}</span>
                </label>
            }
            .erase()
        })
        .collect_view()
        .erase()
}

fn assign(kind: &Kind, assignable: &Assignable, find: &str, wrong: &Wrong) -> AnyView {
    let id = format!("field-{}", kind.name);
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let error = wrong.errors.of(kind.name).map(str::to_owned);
    let described = match &error {
        Some(_) => format!("{error_id} {hint_id}"),
        None => hint_id.clone(),
    };
    let error = error.map(|error| view! { <p class="field__error" id=error_id>{error}</p> }.erase());
    let lower = kind.label.to_lowercase();
    let none = (assignable.found.is_empty() && !find.is_empty())
        .then(|| view! { <p class="muted">{format!("No {lower} match “{find}”.")}</p> }.erase());
    let more = (assignable.more > 0).then(|| {
        view! { <p class="hint">{format!("And {} more: type a part of the name or ID.", assignable.more)}</p> }
            .erase()
    });
    view! {
        <fieldset class=kind.class id=id.clone() tabindex="-1" aria-describedby=described>
            <legend class="field__label">{kind.label}</legend>
            <p class="hint" id=hint_id>{kind.hint}</p>
            {error}
            {boxes(kind.name, &assignable.chosen, true)}
            <div class="assign__find">
                <label class="visually-hidden" for=format!("{id}-find")>{format!("Find {lower}")}</label>
                <input
                    class="input"
                    type="search"
                    id=format!("{id}-find")
                    name=kind.find
                    value=find.to_owned()
                    placeholder=format!("Find {lower}…")
                    autocomplete="off"
                />
                <input type="hidden" name=kind.found value=find.to_owned()/>
                <button type="submit" class="button" name="do" value="find">{format!("Find {lower}")}</button>
            </div>
            <div class="assign__found">{boxes(kind.name, &assignable.found, false)}</div>
            {none}
            {more}
        </fieldset>
    }
    .erase()
}

/// What is known of a person, and what else can be done.
fn aside(view: &UserView) -> AnyView {
    let action = format!("/users/{}", view.id);
    let fact = |name: &'static str, value: AnyView| {
        view! { <div class="facts__fact"><dt>{name}</dt> <dd>{value}</dd></div> }.erase()
    };
    let last = match view.last_login_at {
        Some(at) => moment(at),
        None => "Never".erase(),
    };
    view! {
        <aside class="card" aria-label="About this user">
            <dl class="facts">
                {fact("Added", moment(view.created_at))}
                {fact("Last login", last)}
            </dl>
            <p><a href=with_query("/audit", &[("who", &view.form.name)])>"What they did"</a></p>
            {(view.state != UserState::Disabled).then(|| link_form(view, &action))}
            {elevation(view, &action)}
            {switch(view, &action)}
        </aside>
    }
    .erase()
}

fn link_form(view: &UserView, action: &str) -> AnyView {
    let (summary, button) = if view.state == UserState::Invited {
        ("New invitation…", "Make a new link")
    } else {
        ("Reset password…", "Make a one-time link")
    };
    view! {
        <details class="sure">
            <summary>{summary}</summary>
            <p>"You get a link to hand over, with which they choose a new password. It works once, within a day."</p>
            <form method="post" action=action.to_owned()>
                <button type="submit" class="button button--small" name="do" value="link">{button}</button>
            </form>
        </details>
    }
    .erase()
}

fn switch(view: &UserView, action: &str) -> AnyView {
    if view.own {
        return view! { <p class="hint">"This is you. Your own password and logins are under "<a href="/account">"your account"</a>"."</p> }
            .erase();
    }
    if view.state == UserState::Disabled {
        return view! {
            <form method="post" action=action.to_owned()>
                <button type="submit" class="button" name="do" value="enable">"Enable"</button>
            </form>
        }
        .erase();
    }
    view! {
        <details class="sure">
            <summary>"Disable…"</summary>
            <p>"They are logged out everywhere at once and can't log in until somebody enables them. Their rules go on."</p>
            <form method="post" action=action.to_owned()>
                <button type="submit" class="button button--danger button--small" name="do" value="disable">
                    {format!("Disable {}", view.form.name)}
                </button>
            </form>
        </details>
    }
    .erase()
}
