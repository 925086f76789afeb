//! Letting a person change rules for a time, on his page.

use leadbell_domain::{Role, may_be_elevated};
use leptos::prelude::*;

use crate::desk::moment;
use crate::parts::view::Erase;
use crate::views::people::{UserState, UserView};

/// What is offered, in hours.
const OFFERED: [(u32, &str); 5] = [
    (1, "1 hour"),
    (4, "4 hours"),
    (8, "8 hours"),
    (24, "1 day"),
    (7 * 24, "1 week"),
];

/// The form, or the way to end it; nothing for people who can't be let.
pub(super) fn elevation(view: &UserView, action: &str) -> Option<AnyView> {
    let may = Role::from_key(&view.form.role).is_some_and(may_be_elevated);
    if !may || view.state == UserState::Disabled {
        return None;
    }
    let action = action.to_owned();
    if let Some(until) = view.manages_until {
        return Some(
            view! {
                <form class="sure" method="post" action=action>
                    <p>"May change rules until " {moment(until)} "."</p>
                    <button type="submit" class="button button--small" name="do" value="end_elevation">
                        "Only view from now on"
                    </button>
                </form>
            }
            .erase(),
        );
    }
    let options = OFFERED
        .map(|(hours, label)| view! { <option value=hours.to_string()>{label}</option> }.erase())
        .collect_view();
    Some(
        view! {
            <details class="sure">
                <summary>"Let them change rules for a time…"</summary>
                <p>"Support sees every rule and changes none, but for the time you give here."</p>
                <form method="post" action=action>
                    <div class="field">
                        <label class="field__label" for="field-hours">"For"</label>
                        <select class="input" id="field-hours" name="hours">{options}</select>
                    </div>
                    <button type="submit" class="button button--small" name="do" value="elevate">"Let them"</button>
                </form>
            </details>
        }
        .erase(),
    )
}
