//! The list of rules, settings in words.

use crate::parts::view::Erase;
use leadbell_domain::{EntityKind, RuleStatus};
use leptos::prelude::*;

use super::actions::actions;
use super::bulk::{bulk_bar, pick};
use super::page::AddRule;
use super::tab::Tab;
use crate::parts::badge::{Tone, badge, platform_tag};
use crate::parts::pager::pager;
use crate::parts::when::When;
use crate::views::{EntityView, Listing, RuleRow, RuleSearch};

/// Characters of a message that a row shows.
const EXCERPT: usize = 90;

/// Adjacent rules counted at most.
const ADJACENT_COUNTED: u32 = 200;

pub(super) fn rule_table(view: &EntityView, listing: &Listing<RuleRow>, tab: Tab) -> AnyView {
    let search = tab.search.get_untracked();
    let path = tab.place().tracking();
    if listing.rows.is_empty() {
        return empty(view, &search, &path, tab);
    }
    let rows = listing
        .rows
        .iter()
        .enumerate()
        .map(|(at, row)| rule_row(view, at, row, tab))
        .collect_view();
    let pages = pager(
        listing.total,
        listing.offset,
        listing.limit,
        listing.rows.len(),
        |page| {
            let search = RuleSearch {
                page,
                ..search.clone()
            };
            search.address(&path)
        },
    );
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> };
    let hidden_column = |label: &'static str| {
        view! { <th role="columnheader" scope="col"><span class="visually-hidden">{label}</span></th> }
            .erase()
    };
    let count = listing.rows.len();
    view! {
        {view.can_manage.then(|| bulk_bar(tab, count))}
        <table class="table table--rules" role="table" aria-label="Tracking rules">
            <thead role="rowgroup">
                <tr role="row">
                    {column("ID")}
                    {column("Trigger")}
                    {column("Trigger Settings")}
                    {column("Action")}
                    {column("Action Settings")}
                    {column("Status")}
                    {column("Created At")}
                    {view.shows_author.then(|| column("Author"))}
                    {view.shows_author.then(|| column("Adjacent Rules"))}
                    {hidden_column("What to do")}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        {pages}
    }
    .erase()
}

fn rule_row(view: &EntityView, at: usize, row: &RuleRow, tab: Tab) -> AnyView {
    let address = tab.place().rule(&row.id);
    let adjacent = view.shows_author.then(|| adjacent(row, &address));
    let number = if view.can_manage {
        view! { <a href=address data-noscroll=true>{row.number}</a> }.erase()
    } else {
        row.number.erase()
    };
    let settings = if row.settings.is_empty() {
        view! { <li class="muted">"Every event"</li> }.erase()
    } else {
        row.settings
            .iter()
            .map(|line| view! { <li>{line.clone()}</li> }.erase())
            .collect_view()
            .erase()
    };
    let status = match row.status {
        RuleStatus::Active => badge(Tone::Good, row.status.label()),
        RuleStatus::Disabled => badge(Tone::Idle, row.status.label()),
    };
    let author = view.shows_author.then(|| {
        view! { <td role="cell" data-label="Author">{row.author.clone().unwrap_or_else(|| "API".to_owned())}</td> }.erase()
    });
    view! {
        <tr role="row">
            <td role="cell" data-label="ID" class="table__id">
                {view.can_manage.then(|| pick(at, &row.id, row.number))}
                {number}
            </td>
            <td role="cell" data-label="Trigger" class="table__trigger">
                {platform_tag(row.trigger.platform())} " " <span class="nowrap">{row.trigger.name()}</span>
                {sub_line("table__sub", &row.name)}
                {sub_line("table__sub table__note", &excerpt(&row.note))}
            </td>
            <td role="cell" data-label="Trigger Settings"><ul class="plain-list">{settings}</ul></td>
            <td role="cell" data-label="Action">"Send Slack Message"</td>
            <td role="cell" data-label="Action Settings" class="table__wide">
                <span class="destination">{row.destination.clone()}</span>
                <span class="table__sub">{row.connection.clone()}</span>
                <span class="table__excerpt">{excerpt(&row.text)}</span>
            </td>
            <td role="cell" data-label="Status">{status}</td>
            <td role="cell" data-label="Created At" class="nowrap"><When at=row.created_at/></td>
            {author}
            {adjacent}
            {actions(view, row, tab)}
        </tr>
    }
    .erase()
}

/// What other rules watch for the same events, and the way to them.
fn adjacent(row: &RuleRow, address: &str) -> AnyView {
    let content = row.adjacent.map(|(count, same)| {
        let said = if count > ADJACENT_COUNTED {
            format!("{ADJACENT_COUNTED}+")
        } else {
            count.to_string()
        };
        let href = format!("{address}/adjacent");
        view! {
            <a href=href rel="external" aria-label=format!("{said} rules adjacent to rule {}", row.number)>{said.clone()}</a>
            {same.then(|| badge(Tone::Warn, "Same message"))}
        }
        .erase()
    });
    view! { <td role="cell" data-label="Adjacent Rules" class="table__trigger">{content}</td> }.erase()
}

/// A line under the first, if there is anything to say.
fn sub_line(class: &'static str, text: &str) -> Option<AnyView> {
    (!text.is_empty()).then(|| view! { <span class=class>{text.to_owned()}</span> }.erase())
}

/// The beginning of a message, on one line.
fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= EXCERPT {
        return line;
    }
    let cut: String = line.chars().take(EXCERPT).collect();
    format!("{}…", cut.trim_end())
}

fn empty(view: &EntityView, search: &RuleSearch, path: &str, tab: Tab) -> AnyView {
    if search.narrows() || search.page > 1 {
        return view! {
            <section class="empty">
                <p class="empty__title">"No rules found"</p>
                <p>"No rule here matches this search and these filters."</p>
                <p><a class="button" href=path.to_owned()>"Show all rules"</a></p>
            </section>
        }
        .erase();
    }
    let kind = EntityKind::from(view.level).label().to_lowercase();
    view! {
        <section class="empty">
            <p class="empty__title">"No rules yet"</p>
            <p>{format!("A rule sends a Slack message when an event of this {kind} happens.")}</p>
            {view.can_manage.then(|| view! { <AddRule tab/> }.erase())}
            {view.has_presets.then(|| {
                let href = format!("{}presets", path.trim_end_matches("tracking"));
                view! { <p><a href=href rel="external">"Start from a preset"</a></p> }.erase()
            })}
        </section>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_line_and_short() {
        assert_eq!(excerpt("Lead {{lead_id}}\n  sold"), "Lead {{lead_id}} sold");
        let long = excerpt(&"word ".repeat(100));
        assert!(long.ends_with('…') && long.chars().count() <= EXCERPT + 1);
    }
}
