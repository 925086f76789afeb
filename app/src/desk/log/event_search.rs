//! A search in the log of events, as its address holds it, and the form it is typed into.

use leadbell_domain::{DeliveryStatus, Level, OUR_CODES, Platform, SLACK_ERRORS};
use leptos::prelude::*;

use super::search::{field, options};
use super::{EVENTS, parts};
use crate::desk::Visit;
use crate::logic::query::with_query;
use crate::parts::view::Erase;
use crate::views::event_log::{EventSearch, LogChoices};

/// Presets of how far back to look.
const WITHIN: [(&str, &str); 5] = [
    ("", "Any time"),
    ("today", "Today (UTC)"),
    ("day", "Last 24 hours"),
    ("week", "Last 7 days"),
    ("month", "Last 30 days"),
];

/// How an id is looked for.
const HOW: [(&str, &str); 3] = [
    ("", "ID begins with"),
    ("whole", "ID is"),
    ("contains", "ID contains"),
];

impl EventSearch {
    pub(super) fn of(visit: &Visit) -> EventSearch {
        let text = |name: &str| visit.query(name).trim().to_owned();
        EventSearch {
            q: text("q"),
            how: text("how"),
            platform: text("platform"),
            trigger: text("trigger"),
            product: text("product"),
            campaign: text("campaign"),
            publisher: text("publisher"),
            rule: text("rule"),
            preset: text("preset"),
            to: text("to"),
            status: text("status"),
            code: text("code"),
            within: text("within"),
            from: text("from"),
            until: text("until"),
            before: text("before"),
            after: text("after"),
        }
    }

    /// Every part with its name, but for the place in the list.
    pub(super) fn pairs(&self) -> [(&'static str, &str); 15] {
        [
            ("q", &self.q),
            ("how", &self.how),
            ("platform", &self.platform),
            ("trigger", &self.trigger),
            ("product", &self.product),
            ("campaign", &self.campaign),
            ("publisher", &self.publisher),
            ("rule", &self.rule),
            ("preset", &self.preset),
            ("to", &self.to),
            ("status", &self.status),
            ("code", &self.code),
            ("within", &self.within),
            ("from", &self.from),
            ("until", &self.until),
        ]
    }

    /// The same search at some address, with something more in its query.
    pub(super) fn at(&self, path: &str, more: &[(&'static str, &str)]) -> String {
        let mut pairs = self.pairs().to_vec();
        pairs.extend(more);
        with_query(path, &pairs)
    }

    pub(super) fn narrows(&self) -> bool {
        self.pairs().iter().any(|(_, text)| !text.is_empty())
    }

    /// Whether one of the filters that are folded away is in use.
    fn narrows_more(&self) -> bool {
        let plain = ["q", "how", "status", "within", "trigger"];
        self.pairs()
            .iter()
            .any(|(name, text)| !plain.contains(name) && !text.is_empty())
    }
}

fn select(name: &'static str, label: &'static str, choices: AnyView) -> AnyView {
    view! {
        <label class="toolbar__filter">
            <span class="visually-hidden">{label}</span>
            <select class="select" name=name>{choices}</select>
        </label>
    }
    .erase()
}

/// The form above the list.
pub(super) fn toolbar(choices: &LogChoices, search: &EventSearch) -> AnyView {
    let statuses = [("", "Every status"), ("none", "No rule fired")]
        .into_iter()
        .chain(DeliveryStatus::ALL.map(|status| (status.key(), parts::status_label(status))));
    let triggers = choices
        .triggers
        .iter()
        .map(|trigger| {
            let here = trigger.key() == search.trigger;
            view! { <option value=trigger.key() selected=here>{trigger.label()}</option> }.erase()
        })
        .collect_view();
    let triggers = view! { <option value="">"Every trigger"</option> {triggers} }.erase();
    let codes = SLACK_ERRORS
        .iter()
        .chain(OUR_CODES)
        .map(|known| view! { <option value=known.code>{known.means}</option> }.erase())
        .collect_view();
    view! {
        <form class="log-search" role="search" method="get" action=EVENTS>
            <div class="toolbar toolbar--wide">
                {select("how", "How the ID is looked for", options(HOW.into_iter(), &search.how))}
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
                {select("trigger", "Trigger", triggers)}
                {select("status", "Status", options(statuses, &search.status))}
                {select("within", "Time", options(WITHIN.into_iter(), &search.within))}
                <button type="submit" class="button">"Search"</button>
            </div>
            <details class="log-more" open=search.narrows_more()>
                <summary>"More filters"</summary>
                <div class="log-more__fields">
                    {more(choices, search)}
                    {field("code", "Error code", &search.code, "text")}
                    {field("from", "From (UTC)", &search.from, "date")}
                    {field("until", "To (UTC)", &search.until, "date")}
                </div>
                <datalist id="codes">{codes}</datalist>
            </details>
        </form>
    }
    .erase()
}

/// Filters by what the event belongs to and what it caused, as far as the reader knows of it.
fn more(choices: &LogChoices, search: &EventSearch) -> AnyView {
    let places = [
        (Level::Product, "product", "Product ID", &search.product),
        (Level::Campaign, "campaign", "Campaign ID", &search.campaign),
        (Level::Publisher, "publisher", "Publisher ID", &search.publisher),
    ]
    .into_iter()
    .filter(|(level, ..)| choices.levels.contains(level))
    .map(|(_, name, label, value)| field(name, label, value, "text"))
    .collect_view();
    let labelled = |name: &'static str, label: &'static str, choices: AnyView| {
        view! {
            <label class="log-filter"><span>{label}</span><select class="select" name=name>{choices}</select></label>
        }
        .erase()
    };
    let platforms = [("", "Both")]
        .into_iter()
        .chain(Platform::ALL.map(|platform| (platform.key(), platform.label())));
    let presets = (!choices.presets.is_empty()).then(|| {
        let known = choices
            .presets
            .iter()
            .map(|(id, name)| {
                view! { <option value=id.clone() selected=*id == search.preset>{name.clone()}</option> }
                    .erase()
            })
            .collect_view();
        labelled(
            "preset",
            "Preset",
            view! { <option value="">"Any"</option> {known} }.erase(),
        )
    });
    view! {
        {labelled("platform", "Platform", options(platforms, &search.platform))}
        {places}
        {field("rule", "Rule number", &search.rule, "text")}
        {presets}
        {field("to", "Channel or member ID", &search.to, "text")}
    }
    .erase()
}
