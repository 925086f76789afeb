//! What a file would change, and the button that does just that.

use leadbell_domain::{FieldChange, FieldErrors};
use leptos::prelude::*;

use crate::address::Place;
use crate::parts::view::Erase;
use crate::views::{ImportFate, ImportLook, ImportRow};

/// What a file of this text would change.
pub(super) fn shown(look: &ImportLook, text: &str) -> AnyView {
    let rows = look.rows.iter().map(row).collect_view();
    let list = (!look.rows.is_empty()).then(|| view! { <ul class="changes">{rows}</ul> }.erase());
    let more = (look.more > 0).then(|| {
        view! { <p class="hint">{format!("…and {} more of the same kinds.", look.more)}</p> }.erase()
    });
    view! {
        <section class="page-part" aria-labelledby="look">
            <h2 class="page-part__title" id="look">"What would change"</h2>
            <p>{counted(look)}</p>
            {action(look, text)}
            {list}
            {more}
        </section>
    }
    .erase()
}

fn counted(look: &ImportLook) -> String {
    let mut parts = Vec::new();
    for (count, what) in [
        (look.new, "new"),
        (look.changed, "changed"),
        (look.unchanged, "as they are already"),
        (look.refused, "that can’t be imported"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    if parts.is_empty() {
        "The file holds no rules.".to_owned()
    } else {
        format!("Rules in the file: {}.", parts.join(", "))
    }
}

fn action(look: &ImportLook, text: &str) -> AnyView {
    if look.refused > 0 {
        return view! {
            <p class="hint">"A file is imported whole or not at all: mend what is marked, then look again."</p>
        }
        .erase();
    }
    if look.new + look.changed == 0 {
        return view! { <p class="hint">"There is nothing to import."</p> }.erase();
    }
    view! {
        <form method="post" action="/rules/import" enctype="multipart/form-data">
            <input type="hidden" name="text" value=text.to_owned()/>
            <input type="hidden" name="seen" value=look.seen.to_string()/>
            <button type="submit" class="button button--primary">
                {format!("Import: add {}, change {}", look.new, look.changed)}
            </button>
        </form>
    }
    .erase()
}

fn row(row: &ImportRow) -> AnyView {
    let (class, word) = match &row.fate {
        ImportFate::New(_) => ("badge badge--good", "New"),
        ImportFate::Changed(_) => ("badge", "Changed"),
        ImportFate::Restored(_) => ("badge", "Comes back"),
        ImportFate::Refused(_) => ("badge badge--warn", "Can’t be imported"),
    };
    let place = row.place.as_ref().map(|(level, id, name)| {
        let href = Place::Entity(*level, id.clone()).tracking();
        view! { <a href=href rel="external">{format!("{} {name}", level.label())}</a> }.erase()
    });
    let detail = match &row.fate {
        ImportFate::New(lines) => lines
            .iter()
            .map(|line| view! { <li>{line.clone()}</li> }.erase())
            .collect_view()
            .erase(),
        ImportFate::Changed(changes) | ImportFate::Restored(changes) => told(changes),
        ImportFate::Refused(errors) => refused(errors),
    };
    view! {
        <li class="changes__rule">
            <p class="changes__head">
                <span class=class>{word}</span>
                " "
                <strong>{title(row)}</strong>
                " "
                {place}
            </p>
            <ul class="changes__fields">{detail}</ul>
        </li>
    }
    .erase()
}

/// "Rule 412, Sales", "Sales" of a new one, "Rule 3 of the file" of a nameless one.
fn title(row: &ImportRow) -> String {
    match (row.number, row.name.as_str()) {
        (Some(number), "") => format!("Rule {number}"),
        (Some(number), name) => format!("Rule {number}, {name}"),
        (None, "") => format!("Number {} in the file", row.position),
        (None, name) => name.to_owned(),
    }
}

fn told(changes: &[FieldChange]) -> AnyView {
    changes
        .iter()
        .map(|change| view! { <li class="changes__field">{change.to_string()}</li> }.erase())
        .collect_view()
        .erase()
}

fn refused(errors: &FieldErrors) -> AnyView {
    errors
        .0
        .iter()
        .map(|error| {
            let field =
                (!error.field.is_empty()).then(|| view! { <code>{error.field.clone()}</code> ": " }.erase());
            view! { <li class="changes__field">{field} {error.message.clone()}</li> }.erase()
        })
        .collect_view()
        .erase()
}
