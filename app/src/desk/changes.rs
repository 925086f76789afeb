//! What differs between two states of a rule, field by field, and a whole rule in words.

use leadbell_domain::FieldChange;
use leptos::prelude::*;

use crate::parts::view::Erase;
use crate::views::Fact;

/// The fields that differ; `none` is said when there are none.
pub(super) fn changes(found: &[FieldChange], none: &'static str) -> AnyView {
    if found.is_empty() {
        return view! { <p class="muted">{none}</p> }.erase();
    }
    let fields = found
        .iter()
        .map(|change| {
            view! {
                <div class="diff__field">
                    <dt>{change.label.clone()}</dt>
                    <dd>{if change.is_list() { list(change) } else { sides(change) }}</dd>
                </div>
            }
            .erase()
        })
        .collect_view();
    view! { <dl class="diff">{fields}</dl> }.erase()
}

/// What came and what went. The words say it, too: strokes and colours alone would tell only some readers.
fn list(change: &FieldChange) -> AnyView {
    let added = change
        .added
        .iter()
        .map(|name| view! { <li><ins>"added " {name.clone()}</ins></li> }.erase());
    let removed = change
        .removed
        .iter()
        .map(|name| view! { <li><del>"removed " {name.clone()}</del></li> }.erase());
    view! { <ul class="diff__values">{added.chain(removed).collect_view()}</ul> }.erase()
}

fn sides(change: &FieldChange) -> AnyView {
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    view! {
        <del class="diff__text"><span class="visually-hidden">"before: "</span>{said(&change.before)}</del>
        <span class="diff__arrow" aria-hidden="true">"→"</span>
        <ins class="diff__text"><span class="visually-hidden">"now: "</span>{said(&change.after)}</ins>
    }
    .erase()
}

/// A whole rule in words.
pub(super) fn facts(facts: &[Fact]) -> AnyView {
    let facts = facts
        .iter()
        .map(|fact| {
            let lines = fact
                .lines
                .iter()
                .map(|line| view! { <span class="diff__text">{line.clone()}</span> }.erase())
                .collect_view();
            view! {
                <div class="facts__fact">
                    <dt>{fact.label}</dt>
                    <dd class="facts__lines">{lines}</dd>
                </div>
            }
            .erase()
        })
        .collect_view();
    view! { <dl class="facts">{facts}</dl> }.erase()
}
