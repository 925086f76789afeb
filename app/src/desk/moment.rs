//! A moment on a desk page: no script there knows the reader's zone, so it is said in UTC.

use leadbell_domain::{Civil, Timestamp, format_rfc3339};
use leptos::prelude::*;

use crate::parts::view::Erase;

/// `23 Nov 2026, 20:15 UTC`.
pub(crate) fn moment(at: Timestamp) -> AnyView {
    let clock = Civil::of(at);
    view! {
        <time class="when" datetime=format_rfc3339(at) title=format!("{} UTC", clock.exact())>
            {clock.moment()}
        </time>
    }
    .erase()
}
