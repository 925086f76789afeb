//! Which part of a list is shown, and the way to its other parts.

use crate::parts::view::Erase;
use leptos::prelude::*;

/// `total`, `offset` and `limit` are those of the listing; `address` gives the address of a page.
pub(crate) fn pager(
    total: i64,
    offset: i64,
    limit: i64,
    shown: usize,
    address: impl Fn(u32) -> String,
) -> AnyView {
    let limit = limit.max(1);
    let page = u32::try_from(offset / limit).unwrap_or_default() + 1;
    let last = u32::try_from((total - 1).max(0) / limit).unwrap_or_default() + 1;
    let end = offset + i64::try_from(shown).unwrap_or_default();
    let said = if total == 0 {
        "None".to_owned()
    } else if last == 1 {
        format!("{total} in all")
    } else {
        format!("{}–{end} of {total}", offset + 1)
    };
    let link = |to: u32, possible: bool, label: &'static str| {
        if possible {
            view! { <a class="button button--quiet button--small" href=address(to)>{label}</a> }.erase()
        } else {
            view! { <span class="button button--quiet button--small" aria-disabled="true">{label}</span> }
                .erase()
        }
    };
    let links = (last > 1).then(|| {
        view! {
            <span class="pager__links">
                {link(page.saturating_sub(1), page > 1, "Previous")}
                {link(page + 1, page < last, "Next")}
            </span>
        }
        .erase()
    });
    view! {
        <nav class="pager" aria-label="Pages of this list">
            <span class="pager__count">{said}</span>
            {links}
        </nav>
    }
    .erase()
}
