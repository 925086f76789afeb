//! A moment: how long ago, with the exact time in the reader's zone in its tooltip.

use std::time::Duration;

use crate::parts::view::{Erase, live_text};
use leadbell_domain::{Civil, Timestamp, format_rfc3339};
use leptos::prelude::*;

use super::dom;
use crate::logic::ago::ago;

/// The reader's clock; `None` until the page runs in his browser, so that both sides first draw the same.
#[derive(Clone, Copy)]
pub(crate) struct Now(RwSignal<Option<Timestamp>>);

/// Keeps the clock for the whole app.
pub(crate) fn provide_now() {
    let now = RwSignal::new(None);
    provide_context(Now(now));
    Effect::new(move || {
        now.set(Some(dom::now()));
        // Fine enough for "1 min ago".
        set_interval(move || now.set(Some(dom::now())), Duration::from_secs(30));
    });
}

/// The clock itself, for whoever shows a time of day.
pub(crate) fn use_now() -> impl Fn() -> Option<Timestamp> + Copy + Send + Sync {
    let Now(now) = expect_context();
    move || now.get()
}

#[component]
pub(crate) fn When(at: Timestamp) -> impl IntoView {
    let now = use_now();
    let said = move || match now() {
        Some(now) => ago(at, now).unwrap_or_else(|| dom::local(at).date()),
        None => Civil::of(at).date(),
    };
    let exact = move || match now() {
        Some(_) => dom::local(at).exact(),
        None => format!("{} UTC", Civil::of(at).exact()),
    };
    view! { <time class="when" datetime=format_rfc3339(at) title=exact>{live_text(said)}</time> }.erase()
}
