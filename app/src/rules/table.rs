//! The list of rules, settings in words.

use crate::parts::view::Erase;
use leadbell_domain::{EntityKind, RuleStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::MouseEvent;

use super::page::AddRule;
use super::tab::{Tab, stay};
use crate::api::set_rule_status;
use crate::frame::use_notice;
use crate::parts::badge::{Tone, badge, platform_tag};
use crate::parts::pager::pager;
use crate::parts::when::When;
use crate::views::{EntityView, Listing, RuleRow, RuleSearch};

/// Characters of a message that a row shows.
const EXCERPT: usize = 90;

pub(super) fn rule_table(view: &EntityView, listing: &Listing<RuleRow>, tab: Tab) -> AnyView {
    let search = tab.search.get_untracked();
    let path = tab.place().tracking();
    if listing.rows.is_empty() {
        return empty(view, &search, &path, tab);
    }
    let rows = listing
        .rows
        .iter()
        .map(|row| rule_row(view, row, tab))
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
    view! {
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
                    {view.can_manage.then(|| view! {
                        <th role="columnheader" scope="col"><span class="visually-hidden">"What to do"</span></th>
                    }.erase())}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        {pages}
    }
    .erase()
}

fn rule_row(view: &EntityView, row: &RuleRow, tab: Tab) -> AnyView {
    let address = tab.place().rule(&row.id);
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
    let actions = view.can_manage.then(|| {
        view! { <td role="cell" class="table__actions"><RowActions row=row.clone() level=view.level tab/></td> }.erase()
    });
    view! {
        <tr role="row">
            <td role="cell" data-label="ID" class="table__id">{number}</td>
            <td role="cell" data-label="Trigger" class="table__trigger">
                {platform_tag(row.trigger.platform())} " " <span class="nowrap">{row.trigger.name()}</span>
                {(!row.name.is_empty()).then(|| view! { <span class="table__sub">{row.name.clone()}</span> }.erase())}
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
            {actions}
        </tr>
    }
    .erase()
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

/// Edit, Enable or Disable, Delete: one form whose buttons work without a script.
#[component]
fn RowActions(row: RuleRow, level: leadbell_domain::Level, tab: Tab) -> impl IntoView {
    let address = tab.place().rule(&row.id);
    let notice = use_notice();
    let go = stay();
    let busy = RwSignal::new(false);
    let (verb, key, wanted, done) = match row.status {
        RuleStatus::Active => ("Disable", "disable", RuleStatus::Disabled, "disabled"),
        RuleStatus::Disabled => ("Enable", "enable", RuleStatus::Active, "enabled"),
    };
    let number = row.number;
    let edit = {
        let (go, address) = (go.clone(), address.clone());
        move |event: MouseEvent| {
            event.prevent_default();
            go(&address);
        }
    };
    let delete = {
        let address = address.clone();
        move |event: MouseEvent| {
            event.prevent_default();
            go(&format!("{address}?do=delete"));
        }
    };
    let id = row.id.clone();
    let switch = move |event: MouseEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let id = id.clone();
        spawn_local(async move {
            match set_rule_status(level, id, wanted).await {
                Ok(()) => {
                    notice.say(format!("Rule {number} is {done}."));
                    tab.rules.refetch();
                }
                Err(error) => notice.say(error.to_string()),
            }
            busy.try_set(false);
        });
    };
    view! {
        <form class="row-actions" method="get" action=address>
            <button type="submit" class="button button--quiet button--small" aria-label=format!("Edit rule {number}") on:click=edit>
                "Edit"
            </button>
            <button
                type="submit"
                formmethod="post"
                name="do"
                value=key
                class="button button--quiet button--small"
                aria-label=format!("{verb} rule {number}")
                aria-busy=move || busy.get().then_some("true")
                on:click=switch
            >
                {verb}
            </button>
            <button
                type="submit"
                name="do"
                value="delete"
                class="button button--quiet button--small button--danger"
                aria-label=format!("Delete rule {number}")
                on:click=delete
            >
                "Delete"
            </button>
        </form>
    }
    .erase()
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
