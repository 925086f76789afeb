//! The page that shows a secret once: a one-time link to hand over.

use leptos::prelude::*;

use super::super::moment;
use crate::parts::view::Erase;
use crate::views::people::Handover;

/// The link, and what to do with it.
pub(super) fn page(handover: &Handover, new: bool) -> AnyView {
    let name = handover.name.clone();
    let title = if new {
        format!("{name} is added")
    } else {
        format!("A new link for {name}")
    };
    let what = if new {
        "They choose a password with this link and can log in then."
    } else {
        "They choose a new password with this link. Until they do, the present one stays; links of before are worth \
         nothing any more."
    };
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href="/users">"Users"</a></nav>
            <div class="head__line"><h1 class="head__title">{title}</h1></div>
        </header>
        <section class="card once">
            <h2 class="card__title">"Hand this link over"</h2>
            <p>{what}</p>
            <p class="once__secret"><code>{handover.link.clone()}</code></p>
            <p class="hint">
                "Send it to nobody else: whoever has it can log in as this person. It works once, until "
                {moment(handover.until)}
                ", and is not shown again."
            </p>
            <p><a class="button button--primary" href=format!("/users/{}", handover.id)>"Done"</a></p>
        </section>
    }
    .erase()
}
