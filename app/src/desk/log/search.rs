//! A search in the log, as its address holds it, and the form it is typed into.

use leadbell_domain::{DeliveryStatus, Level, OUR_CODES, SLACK_ERRORS};
use leptos::prelude::*;

use super::{EXPORT_DELIVERIES, LIST, parts};
use crate::desk::Visit;
use crate::logic::query::with_query;
use crate::parts::view::Erase;
use crate::views::deliveries::{DeliveryList, DeliverySearch};

/// Presets of how far back to look.
const WITHIN: [(&str, &str); 5] = [
    ("", "Any time"),
    ("hour", "Last hour"),
    ("day", "Last 24 hours"),
    ("week", "Last 7 days"),
    ("month", "Last 30 days"),
];

impl DeliverySearch {
    /// Reads it from anything that has values by name.
    pub(super) fn read(value: impl Fn(&str) -> String) -> DeliverySearch {
        let text = |name: &str| value(name).trim().to_owned();
        DeliverySearch {
            q: text("q"),
            status: text("status"),
            code: text("code"),
            rule: text("rule"),
            product: text("product"),
            campaign: text("campaign"),
            publisher: text("publisher"),
            to: text("to"),
            connection: text("connection"),
            within: text("within"),
            from: text("from"),
            until: text("until"),
            before: text("before"),
        }
    }

    pub(super) fn of(visit: &Visit) -> DeliverySearch {
        DeliverySearch::read(|name| visit.query(name))
    }

    /// Every part with its name, but for the place in the list.
    pub(super) fn pairs(&self) -> [(&'static str, &str); 12] {
        [
            ("q", &self.q),
            ("status", &self.status),
            ("code", &self.code),
            ("rule", &self.rule),
            ("product", &self.product),
            ("campaign", &self.campaign),
            ("publisher", &self.publisher),
            ("to", &self.to),
            ("connection", &self.connection),
            ("within", &self.within),
            ("from", &self.from),
            ("until", &self.until),
        ]
    }

    /// The list's address, from the newest one on.
    pub(super) fn address(&self) -> String {
        with_query(LIST, &self.pairs())
    }

    /// The list's address, from after this delivery on.
    pub(super) fn address_after(&self, before: &str) -> String {
        let mut pairs = self.pairs().to_vec();
        pairs.push(("before", before));
        with_query(LIST, &pairs)
    }

    /// The address of all of it as a file.
    pub(super) fn file(&self, format: &str) -> String {
        let mut pairs = self.pairs().to_vec();
        pairs.push(("format", format));
        with_query(EXPORT_DELIVERIES, &pairs)
    }

    /// Every part in use, for a form that goes on with this search.
    pub(super) fn hidden(&self) -> AnyView {
        self.pairs()
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| view! { <input type="hidden" name=name value=text.to_owned()/> }.erase())
            .collect_view()
            .erase()
    }

    pub(super) fn narrows(&self) -> bool {
        self.pairs().iter().any(|(_, text)| !text.is_empty())
    }

    /// Whether one of the filters that are folded away is in use.
    fn narrows_more(&self) -> bool {
        let plain = ["q", "status", "within"];
        self.pairs()
            .iter()
            .any(|(name, text)| !plain.contains(name) && !text.is_empty())
    }
}

pub(super) fn options(all: impl Iterator<Item = (&'static str, &'static str)>, chosen: &str) -> AnyView {
    all.map(|(key, label)| view! { <option value=key selected=key == chosen>{label}</option> }.erase())
        .collect_view()
        .erase()
}

pub(super) fn field(name: &'static str, label: &'static str, value: &str, kind: &'static str) -> AnyView {
    let list = (name == "code").then_some("codes");
    view! {
        <label class="log-filter">
            <span>{label}</span>
            <input class="input" type=kind name=name value=value.to_owned() list=list autocomplete="off"/>
        </label>
    }
    .erase()
}

/// The form above the list.
pub(super) fn toolbar(list: &DeliveryList, search: &DeliverySearch) -> AnyView {
    let statuses = std::iter::once(("", "Every status"))
        .chain(DeliveryStatus::ALL.map(|status| (status.key(), parts::status_label(status))));
    let places = [
        (Level::Product, "product", "Product ID", &search.product),
        (Level::Campaign, "campaign", "Campaign ID", &search.campaign),
        (Level::Publisher, "publisher", "Publisher ID", &search.publisher),
    ]
    .into_iter()
    .filter(|(level, ..)| list.levels.contains(level))
    .map(|(_, name, label, value)| field(name, label, value, "text"))
    .collect_view();
    let codes = SLACK_ERRORS
        .iter()
        .chain(OUR_CODES)
        .map(|known| view! { <option value=known.code>{known.means}</option> }.erase())
        .collect_view();
    let connection = (!search.connection.is_empty()).then(|| {
        let name = list
            .connection
            .clone()
            .unwrap_or_else(|| "one connection".to_owned());
        view! {
            <label class="check">
                <input type="checkbox" name="connection" value=search.connection.clone() checked=true/>
                <span>{format!("Only through {name}")}</span>
            </label>
        }
        .erase()
    });
    view! {
        <form class="log-search" role="search" method="get" action=LIST>
            <div class="toolbar toolbar--wide">
                <label class="toolbar__search">
                    <span class="visually-hidden">"Lead, call or event ID"</span>
                    <input
                        class="input"
                        type="search"
                        name="q"
                        value=search.q.clone()
                        placeholder="Lead, call or event ID…"
                        autocomplete="off"
                    />
                </label>
                <label class="toolbar__filter">
                    <span class="visually-hidden">"Status"</span>
                    <select class="select" name="status">{options(statuses, &search.status)}</select>
                </label>
                <label class="toolbar__filter">
                    <span class="visually-hidden">"Time"</span>
                    <select class="select" name="within">{options(WITHIN.into_iter(), &search.within)}</select>
                </label>
                <button type="submit" class="button">"Search"</button>
            </div>
            <details class="log-more" open=search.narrows_more()>
                <summary>"More filters"</summary>
                <div class="log-more__fields">
                    {field("rule", "Rule number", &search.rule, "text")}
                    {places}
                    {field("to", "Channel or member ID", &search.to, "text")}
                    {field("code", "Error code", &search.code, "text")}
                    {field("from", "From (UTC)", &search.from, "date")}
                    {field("until", "To (UTC)", &search.until, "date")}
                    {connection}
                </div>
                <datalist id="codes">{codes}</datalist>
            </details>
        </form>
    }
    .erase()
}
