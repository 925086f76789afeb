//! What can be done with many rules at once: a box in each row, and one plain form over the list.

use crate::parts::view::Erase;
use leadbell_domain::RuleId;
use leptos::ev::Event;
use leptos::prelude::*;

use super::tab::Tab;
use crate::parts::dom;

/// The form's id: the boxes in the rows belong to it.
const FORM: &str = "bulk";

/// Plain buttons that nothing changes: as text they cost a browser next to nothing. The style sheet shows them once a
/// rule is picked.
const BUTTONS: &str = "<button class=\"button button--small\" name=\"do\" value=\"enable\">Enable</button> \
     <button class=\"button button--small\" name=\"do\" value=\"disable\">Disable</button> \
     <button class=\"button button--small\" name=\"do\" value=\"copy\">Copy</button> \
     <button class=\"button button--small button--danger\" name=\"do\" value=\"delete\">Delete</button>";

fn pick_id(at: usize) -> String {
    format!("pick-{at}")
}

/// The bar over a list of so many rows.
pub(super) fn bulk_bar(tab: Tab, rows: usize) -> AnyView {
    let pick_all = move |ticked: bool| (0..rows).for_each(|at| dom::tick(&pick_id(at), ticked));
    // A list that was drawn again shows other rules in the same rows: nobody has picked those.
    Effect::new(move || {
        dom::tick("pick-all", false);
        pick_all(false);
    });
    view! {
        <form class="bulk" id=FORM method="post" action=tab.place().bulk()>
            <label class="check bulk__all">
                <input type="checkbox" id="pick-all" on:change=move |event: Event| pick_all(event_target_checked(&event))/>
                "Select all on this page"
            </label>
            <div class="bulk__do" role="group" aria-label="Do with the selected rules" inner_html=BUTTONS></div>
        </form>
    }
    .erase()
}

/// The box of one row.
pub(super) fn pick(at: usize, rule: &RuleId, number: i64) -> AnyView {
    view! {
        <label class="pick">
            <input
                type="checkbox"
                id=pick_id(at)
                form=FORM
                name="rule"
                value=rule.to_string()
                aria-label=format!("Select rule {number}")
            />
        </label>
    }
    .erase()
}
