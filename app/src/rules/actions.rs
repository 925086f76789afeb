//! What can be done with one rule: buttons that work without a script, and a menu of pages about it.

use crate::parts::view::Erase;
use leadbell_domain::{Level, RuleStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::MouseEvent;

use super::tab::{Tab, stay};
use crate::api::set_rule_status;
use crate::frame::use_notice;
use crate::views::{EntityView, RuleRow};

/// The cell at the end of a row.
pub(super) fn actions(view: &EntityView, row: &RuleRow, tab: Tab) -> AnyView {
    let buttons = view
        .can_manage
        .then(|| view! { <RowActions row=row.clone() level=view.level tab/> }.erase());
    view! {
        <td role="cell" class="table__actions">
            <div class="actions">
                {buttons}
                <details class="menu" name="menu" inner_html=menu(view, row, &tab.place().rule(&row.id))></details>
            </div>
        </td>
    }
    .erase()
}

/// The pages about a rule, which the server draws alone. As text, because nothing in it ever changes; `address` is
/// percent-encoded, so it can't leave its quotes.
fn menu(view: &EntityView, row: &RuleRow, address: &str) -> String {
    let number = row.number;
    let link = |page: &str, label: &str| {
        format!(
            "<li><a class=\"menu__link\" rel=\"external\" href=\"{address}/{page}\" aria-label=\"{label} of rule {number}\">{label}</a></li>"
        )
    };
    let copy = if view.can_manage {
        link("sending", "Sending")
            + &link("layout", "Layout")
            + &link("copy", "Copy")
            + &link("check", "Check destination")
    } else {
        String::new()
    };
    // Publishers are not told what else watches their events.
    let adjacent = if view.shows_author {
        link("adjacent", "Adjacent rules")
    } else {
        String::new()
    };
    format!(
        "<summary class=\"button button--quiet button--small\" aria-label=\"More about rule {number}\">⋯</summary>\
         <ul class=\"menu__list\">{copy}{}{adjacent}</ul>",
        link("test", "Test Run")
            + &link("health", "Health")
            + &link("backtest", "Backtest")
            + &link("history", "History")
    )
}

/// Edit, Enable or Disable, Delete: one form whose buttons work without a script.
#[component]
fn RowActions(row: RuleRow, level: Level, tab: Tab) -> impl IntoView {
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
