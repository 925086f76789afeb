//! The question before a rule is deleted.

use crate::parts::view::{Erase, answered, live_maybe, nothing};
use leadbell_domain::{Level, RuleId};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::SubmitEvent;

use super::tab::Tab;
use crate::api::delete_rule;
use crate::error::AppError;
use crate::frame::use_notice;
use crate::parts::dialog::Dialog;
use crate::views::{Listing, RuleRow};

#[component]
pub(super) fn DeleteDialog(level: Level, rule: RuleId, name: String, tab: Tab) -> impl IntoView {
    let address = tab.place().rule(&rule);
    let notice = use_notice();
    let close = StoredValue::new(tab.closer());
    let cancel = Callback::new(move |()| close.with_value(|close| close()));
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);
    // The list knows which rule it is; a link from elsewhere may name one that is not on this page of it.
    let id = rule.clone();
    let which = move |rules: Result<Listing<RuleRow>, AppError>| {
        let row = rules
            .ok()
            .and_then(|listing| listing.rows.into_iter().find(|row| row.id == id));
        let said = match row {
            Some(row) => format!(
                "Rule {} ({}) of {name} will stop sending at once.",
                row.number,
                row.trigger.label()
            ),
            None => format!("The rule of {name} will stop sending at once."),
        };
        said.erase()
    };
    let delete = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let rule = rule.clone();
        spawn_local(async move {
            match delete_rule(level, rule.clone()).await {
                Ok(version) => {
                    let undo = tab.place().restore(&rule, version, version);
                    notice.say_with_undo("The rule is deleted.", Some(undo));
                    tab.rules.refetch();
                    close.with_value(|close| close());
                }
                Err(error) => failed.set(Some(error.to_string())),
            }
            busy.try_set(false);
        });
    };
    view! {
        <Dialog labelled_by="delete-title" class="dialog--small" on_cancel=cancel>
            <form class="dialog__body" method="post" action=address on:submit=delete>
                <h2 class="dialog__title" id="delete-title">"Delete this rule?"</h2>
                <p>{answered(tab.rules, nothing, which)} " To pause it, disable it instead."</p>
                <div role="alert">
                    {live_maybe(move || failed.get().map(|text| view! { <p class="field__error">{text}</p> }.erase()))}
                </div>
                <div class="dialog__foot">
                    <a class="button" href=tab.list_address() data-noscroll=true>"Cancel"</a>
                    <button
                        type="submit"
                        name="do"
                        value="delete"
                        class="button button--primary button--danger"
                        disabled=move || busy.get()
                    >
                        "Delete Rule"
                    </button>
                </div>
            </form>
        </Dialog>
    }
    .erase()
}
