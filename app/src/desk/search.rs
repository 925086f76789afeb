//! The search over a list on a desk page: a plain GET form, whose state is the address.

use leptos::prelude::*;

use super::Visit;
use crate::logic::query::with_query;
use crate::parts::view::Erase;
use crate::views::EntitySearch;

impl EntitySearch {
    /// What the address of the visit asks for; a page that is no number is the first.
    pub(super) fn of(visit: &Visit) -> EntitySearch {
        EntitySearch {
            q: visit.query("q").trim().to_owned(),
            page: visit.query("page").trim().parse().unwrap_or(1).max(1),
        }
    }

    /// The address of the list at `path`, searched so.
    pub(super) fn address(&self, path: &str) -> String {
        let page = if self.page > 1 {
            self.page.to_string()
        } else {
            String::new()
        };
        with_query(path, &[("q", &self.q), ("page", &page)])
    }
}

/// The search box of the list at `path` with its button.
pub(super) fn search_bar(path: &str, label: String, q: &str) -> AnyView {
    let said = label.clone();
    view! {
        <form class="toolbar" role="search" method="get" action=path.to_owned()>
            <label class="toolbar__search">
                <span class="visually-hidden">{label}</span>
                <input
                    class="input"
                    type="search"
                    name="q"
                    value=q.to_owned()
                    placeholder=format!("{said}…")
                    autocomplete="off"
                />
            </label>
            <button type="submit" class="button">"Search"</button>
        </form>
    }
    .erase()
}
