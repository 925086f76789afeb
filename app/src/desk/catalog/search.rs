//! What a list of the catalog shows, as the query of its address and back, and the form that asks for it.

use leadbell_domain::{EntityKind, Platform};
use leptos::prelude::*;

use super::super::Visit;
use crate::address;
use crate::logic::query::with_query;
use crate::parts::view::Erase;
use crate::views::catalog::{CatalogListing, CatalogSearch};

impl CatalogSearch {
    /// What the address of the visit asks for; a page that is no number is the first.
    pub(super) fn of(visit: &Visit) -> CatalogSearch {
        let text = |name: &str| visit.query(name).trim().to_owned();
        CatalogSearch {
            q: text("q"),
            status: text("status"),
            platform: text("platform"),
            discovered: text("discovered"),
            of: EntityKind::ALL
                .into_iter()
                .map(|kind| (kind, text(kind.key())))
                .filter(|(_, typed)| !typed.is_empty())
                .collect(),
            sort: text("sort"),
            page: text("page").parse().unwrap_or(1).max(1),
        }
    }

    /// The address of the list at `path`, searched so.
    pub(super) fn address(&self, path: &str) -> String {
        let page = if self.page > 1 {
            self.page.to_string()
        } else {
            String::new()
        };
        let mut pairs = vec![
            ("q", self.q.as_str()),
            ("status", &self.status),
            ("platform", &self.platform),
            ("discovered", &self.discovered),
        ];
        pairs.extend(self.of.iter().map(|(kind, typed)| (kind.key(), typed.as_str())));
        pairs.extend([("sort", self.sort.as_str()), ("page", &page)]);
        with_query(path, &pairs)
    }

    fn typed(&self, kind: EntityKind) -> String {
        let found = self.of.iter().find(|(of, _)| *of == kind);
        found.map(|(_, typed)| typed.clone()).unwrap_or_default()
    }
}

/// The search over a list: a plain GET form, whose state is the address.
pub(super) fn search_form(found: &CatalogListing, search: &CatalogSearch) -> AnyView {
    let kind = found.kind;
    let label = format!("Search {}", kind.plural());
    let statuses = std::iter::once((String::new(), "Any status".to_owned())).chain(
        kind.statuses()
            .iter()
            .map(|status| (status.key().to_owned(), status.label().to_owned())),
    );
    let platform = found.both_platforms.then(|| {
        let options = std::iter::once((String::new(), "Both platforms".to_owned())).chain(
            Platform::ALL
                .into_iter()
                .map(|platform| (platform.key().to_owned(), platform.label().to_owned())),
        );
        pick("platform", "Platform", options, &search.platform)
    });
    let discovered = [
        ("", "Entered and discovered"),
        ("yes", "Discovered only"),
        ("no", "Entered only"),
    ];
    let sorts = [
        ("", "By name"),
        ("id", "By ID"),
        ("changed", "Last changed first"),
    ];
    let of = found
        .of
        .iter()
        .map(|(of, options)| {
            let list = format!("known-{}", of.plural());
            let options = options
                .iter()
                .map(|one| view! { <option value=one.id.to_string()>{one.name.clone()}</option> }.erase())
                .collect_view();
            view! {
                <label class="toolbar__filter">
                    <span class="visually-hidden">{format!("{} (ID or name)", of.label())}</span>
                    <input
                        class="input"
                        name=of.key()
                        value=search.typed(*of)
                        list=list.clone()
                        placeholder=format!("{} (ID or name)", of.label())
                        autocomplete="off"
                    />
                </label>
                <datalist id=list>{options}</datalist>
            }
            .erase()
        })
        .collect_view();
    view! {
        <form class="toolbar catalog-search" role="search" method="get" action=address::list(kind)>
            <label class="toolbar__search">
                <span class="visually-hidden">{label.clone()}</span>
                <input
                    class="input"
                    type="search"
                    name="q"
                    value=search.q.clone()
                    placeholder=format!("{label}…")
                    autocomplete="off"
                />
            </label>
            {pick("status", "Status", statuses, &search.status)}
            {platform}
            {of}
            {pick("discovered", "Discovered", owned(&discovered), &search.discovered)}
            {pick("sort", "Order", owned(&sorts), &search.sort)}
            <button type="submit" class="button">"Search"</button>
        </form>
    }
    .erase()
}

fn owned(options: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    options
        .iter()
        .map(|(value, label)| ((*value).to_owned(), (*label).to_owned()))
        .collect::<Vec<_>>()
        .into_iter()
}

fn pick(
    name: &'static str,
    label: &'static str,
    options: impl Iterator<Item = (String, String)>,
    chosen: &str,
) -> AnyView {
    let options = options
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }.erase()
        })
        .collect_view();
    view! {
        <label class="toolbar__filter">
            <span class="visually-hidden">{label}</span>
            <select class="select" name=name>{options}</select>
        </label>
    }
    .erase()
}
