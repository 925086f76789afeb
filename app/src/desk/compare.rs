//! Two people edited one rule: what the second one typed beside what the first one stored, and the choice between
//! them. The answer to a save, so that nothing typed has to be kept anywhere but in the page itself.

use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use leptos::prelude::*;

use super::carried::carried;
use super::changes::changes;
use super::{draw_for, moment};
use crate::address::Place;
use crate::http::Pages;
use crate::parts::head::{Tab, entity_head};
use crate::parts::view::Erase;
use crate::views::{Comparison, SaveRule};

/// The page, with status 409.
pub(crate) async fn compare_page(
    pages: &Pages,
    parts: &Parts,
    place: &Place,
    save: &SaveRule,
    both: &Comparison,
) -> Response {
    let title = format!("Rule {} was changed in the meantime", both.number);
    draw_for(pages, parts, StatusCode::CONFLICT, &title, || {
        shown(place, save, both)
    })
    .await
}

fn shown(place: &Place, save: &SaveRule, both: &Comparison) -> AnyView {
    let own = *place == Place::Own;
    let address = match &save.editing {
        Some((rule, _)) => place.rule(rule),
        None => place.new_rule(),
    };
    let verb = if both.deleted { "deleted" } else { "changed" };
    let theirs = both.theirs.as_ref().filter(|_| !both.deleted).map(|theirs| {
        view! {
            <section class="card">
                <h3 class="card__title">"What was changed since you began"</h3>
                {changes(theirs, "Nothing: it was saved as it was.")}
            </section>
        }
        .erase()
    });
    let mine_title = if both.deleted {
        "What you changed in the deleted rule"
    } else {
        "What becomes different if you save yours"
    };
    // Everything typed goes along; which button is pressed decides what becomes of it.
    let carried = carried(&save.draft, Some(both.version));
    let (save_label, take_label, take_address) = if both.deleted {
        (
            "Bring it back with my changes",
            "Leave it deleted",
            place.tracking(),
        )
    } else {
        ("Save mine anyway", "Keep theirs", address.clone())
    };
    let go_on = (!both.deleted).then(|| {
        view! { <button type="submit" class="button" name="do" value="edit">"Go on editing mine"</button> }.erase()
    });
    view! {
        {entity_head(&both.view, own, Tab::Tracking)}
        <section class="page-part" role="alert">
            <h2 class="page-part__title">{format!("Rule {} was {verb} in the meantime", both.number)}</h2>
            <p>
                {format!("By {}, ", both.who)} {moment(both.at)}
                ". Nothing of yours is lost, and nothing is saved yet: choose what the rule shall say."
            </p>
        </section>
        <div class="columns">
            {theirs}
            <section class="card">
                <h3 class="card__title">{mine_title}</h3>
                {changes(&both.mine, "Nothing: yours says the same.")}
            </section>
        </div>
        <form class="compare__choice" method="post" action=format!("{address}?step=2")>
            {carried}
            <button type="submit" class="button button--primary" name="do" value="save">{save_label}</button>
            {go_on}
            <a class="button" href=take_address>{take_label}</a>
        </form>
    }
    .erase()
}
