//! The form of a new or existing entry of the catalog.

use axum::extract::Request;
use axum::response::Response;
use leadbell_domain::{EntityKind, EntryDraft};
use leptos::prelude::*;

use super::super::Visit;
use super::super::form::{Field, Wrong, complaints};
use super::{id_of, way_up};
use crate::address;
use crate::error::AppError;
use crate::http::{Form, Pages};
use crate::parts::view::Erase;
use crate::views::catalog::{EntityLink, EntryForm, NotSaved, SaveEntry};

pub(super) async fn new(pages: Pages, request: Request, kind: EntityKind) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let form = visit.backend.entry_form(kind, None).await;
    show(visit, form).await
}

pub(super) async fn edit(pages: Pages, request: Request, kind: EntityKind) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let form = match id_of(&visit, kind) {
        Ok(id) => visit.backend.entry_form(kind, Some(&id)).await,
        Err(error) => Err(error),
    };
    show(visit, form).await
}

async fn show(visit: Visit, form: Result<EntryForm, AppError>) -> Response {
    match form {
        Ok(form) => visit.page(&title(&form), || page(&form, &Wrong::default())).await,
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) async fn add(pages: Pages, request: Request, kind: EntityKind) -> Response {
    match Visit::post(pages, request).await {
        Ok((visit, posted)) => save(visit, posted, kind, false).await,
        Err(elsewhere) => *elsewhere,
    }
}

pub(super) async fn change(pages: Pages, request: Request, kind: EntityKind) -> Response {
    match Visit::post(pages, request).await {
        Ok((visit, posted)) => save(visit, posted, kind, true).await,
        Err(elsewhere) => *elsewhere,
    }
}

async fn save(visit: Visit, posted: Form, kind: EntityKind, editing: bool) -> Response {
    let id = match editing.then(|| id_of(&visit, kind)).transpose() {
        Ok(id) => id,
        Err(error) => return visit.trouble(error).await,
    };
    let draft = draft_of(&posted);
    let save = SaveEntry {
        kind,
        editing: id
            .clone()
            .map(|id| (id, posted.text("seen").parse().unwrap_or_default())),
        draft: draft.clone(),
    };
    let refused = match visit.backend.save_entry(&save).await {
        Ok(Ok((id, name))) => {
            let what = kind.label();
            let done = if editing { "saved" } else { "added" };
            let notice = format!("{what} “{name}” is {done}.");
            return visit.done(&notice, &address::entry(kind, &id)).await;
        }
        Ok(Err(refused)) => refused,
        Err(error) => return visit.trouble(error).await,
    };
    let (mut form, wrong) = match refused {
        NotSaved::Fields(errors) => match visit.backend.entry_form(kind, id.as_ref()).await {
            Ok(form) => {
                let wrong = Wrong {
                    errors,
                    message: None,
                };
                (form, wrong)
            }
            Err(error) => return visit.trouble(error).await,
        },
        NotSaved::Changed(form) => {
            let wrong = Wrong {
                message: Some(changed(&form)),
                ..Wrong::default()
            };
            (*form, wrong)
        }
    };
    // A complaint about a field must not hide that somebody changed the entry meanwhile.
    if let (Some(editing), true) = (&mut form.editing, wrong.message.is_none()) {
        editing.2 = save.editing.as_ref().map_or(editing.2, |(_, seen)| *seen);
    }
    form.draft = draft;
    visit.refused(&title(&form), || page(&form, &wrong)).await
}

/// What somebody else made of the entry.
fn changed(form: &EntryForm) -> String {
    let now = &form.draft;
    let says = [
        ("name", &now.name),
        ("status", &now.status),
        ("platform", &now.platform),
        ("publisher", &now.publisher),
        ("product", &now.product),
        ("buyer", &now.buyer),
    ]
    .into_iter()
    .filter_map(|(what, text)| {
        let text = text.as_ref().filter(|text| !text.is_empty())?;
        Some(format!("{what} {text}"))
    })
    .collect::<Vec<_>>()
    .join(", ");
    format!(
        "Somebody else, or an event, changed this {} in the meantime. It is now: {says}. What you typed is still here; \
         save again to put it in the place of that.",
        form.kind.key()
    )
}

fn draft_of(posted: &Form) -> EntryDraft {
    let mut draft = EntryDraft::default();
    for (name, text) in posted.pairs() {
        if let Some(field) = draft.field_mut(name) {
            *field = Some(text.to_owned());
        }
    }
    draft
}

fn title(form: &EntryForm) -> String {
    match &form.editing {
        Some((_, name, _)) => format!("Edit {name}"),
        None => format!("Add {}", form.kind.key()),
    }
}

fn page(form: &EntryForm, wrong: &Wrong) -> AnyView {
    let kind = form.kind;
    let (action, back, seen) = match &form.editing {
        Some((id, _, seen)) => {
            let page = address::entry(kind, id);
            (format!("{page}/edit"), page, seen.to_string())
        }
        None => {
            let list = address::list(kind);
            (format!("{list}/new"), list, String::new())
        }
    };
    let id = form.editing.as_ref().map(|(id, _, _)| id.clone());
    let adopt = form.discovered.then(|| {
        view! {
            <p class="remark">
                {format!("This {} was first seen in an event. Saving makes it an entry of yours.", kind.key())}
            </p>
        }
        .erase()
    });
    view! {
        <header class="head">
            {way_up(kind, id.as_ref())}
            <div class="head__line"><h1 class="head__title">{title(form)}</h1></div>
        </header>
        <form class="catalog-form" method="post" action=action>
            {complaints(wrong, |field| label(field).to_owned())}
            {adopt}
            <input type="hidden" name="seen" value=seen/>
            {fields(form, wrong)}
            <div class="catalog-form__end">
                <a class="button" href=back>"Cancel"</a>
                <button type="submit" class="button button--primary">
                    {if form.editing.is_some() { "Save changes".to_owned() } else { format!("Add {}", kind.key()) }}
                </button>
            </div>
        </form>
    }
    .erase()
}

fn fields(form: &EntryForm, wrong: &Wrong) -> AnyView {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let draft = &form.draft;
    let id = match &form.editing {
        Some((id, _, _)) => view! {
            <dl class="facts">
                <div class="facts__fact"><dt>"ID"</dt><dd><code>{id.to_string()}</code></dd></div>
            </dl>
        }
        .erase(),
        None => Field::new("id", "ID", wrong)
            .hint("As your platform knows it; it can't be changed later.")
            .required()
            .line("text", &text(&draft.id)),
    };
    let statuses: Vec<(String, String)> = form
        .statuses
        .iter()
        .map(|status| (status.key().to_owned(), status.label().to_owned()))
        .collect();
    let platform = (!form.platforms.is_empty())
        .then(|| Field::new("platform", "Platform", wrong).choice(&form.platforms, &text(&draft.platform)));
    let owners = form
        .owners
        .iter()
        .enumerate()
        .map(|(at, (kind, options))| owner(*kind, at == 0, options, draft, wrong))
        .collect_view();
    let campaigns = (form.kind == EntityKind::Pingtree).then(|| {
        Field::new("campaigns", "Campaigns in it", wrong)
            .hint("Their IDs, one a line. Campaigns that come with events of this pingtree are added by themselves.")
            .lines(&text(&draft.campaigns))
    });
    view! {
        {id}
        {Field::new("name", "Name", wrong).hint("Events that bring another name change it.").required().line("text", &text(&draft.name))}
        {platform}
        {owners}
        {campaigns}
        {Field::new("status", "Status", wrong).choice(&statuses, &text(&draft.status))}
    }
    .erase()
}

/// Whose it is: an id or a name, with the first there are to choose from.
fn owner(
    kind: EntityKind,
    required: bool,
    options: &[EntityLink],
    draft: &EntryDraft,
    wrong: &Wrong,
) -> AnyView {
    let typed = match kind {
        EntityKind::Product => &draft.product,
        EntityKind::Publisher => &draft.publisher,
        _ => &draft.buyer,
    };
    let list = format!("known-{}", kind.plural());
    let choices = options
        .iter()
        .map(|one| view! { <option value=one.id.to_string()>{one.name.clone()}</option> }.erase())
        .collect_view();
    let mut field = Field::new(kind.key(), kind.label(), wrong).suggestions(list.clone());
    if required {
        field = field.required();
    }
    let known = options
        .iter()
        .find(|one| Some(one.id.as_str()) == typed.as_deref())
        .map(|one| format!("Now {}. ", one.name))
        .unwrap_or_default();
    view! {
        {field.hint(format!("{known}ID or full name.")).line("text", typed.as_deref().unwrap_or_default())}
        <datalist id=list>{choices}</datalist>
    }
    .erase()
}

fn label(field: &str) -> &'static str {
    match field {
        "id" => "ID",
        "name" => "Name",
        "platform" => "Platform",
        "status" => "Status",
        "product" => "Product",
        "publisher" => "Publisher",
        "buyer" => "Buyer",
        "campaigns" => "Campaigns in it",
        _ => "Entry",
    }
}
