//! A rule that would send more than anybody reads, before it is saved: what it would have done, and the choice. The answer
//! to a save, so that nothing typed has to be kept anywhere but in the page itself.

use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use leptos::prelude::*;

use super::carried::carried;
use super::draw_for;
use crate::address::Place;
use crate::http::Pages;
use crate::parts::head::{Tab, entity_head};
use crate::parts::view::Erase;
use crate::views::{EntityView, SaveRule};

/// The page, with status 409. `warning` is what the rule would have done.
pub(crate) async fn flood_page(
    pages: &Pages,
    parts: &Parts,
    place: &Place,
    view: &EntityView,
    save: &SaveRule,
    warning: &str,
) -> Response {
    draw_for(
        pages,
        parts,
        StatusCode::CONFLICT,
        "This rule would flood",
        || shown(place, view, save, warning),
    )
    .await
}

fn shown(place: &Place, view: &EntityView, save: &SaveRule, warning: &str) -> AnyView {
    let address = match &save.editing {
        Some((rule, _)) => place.rule(rule),
        None => place.new_rule(),
    };
    let version = save.editing.as_ref().map(|(_, version)| *version);
    view! {
        {entity_head(view, *place == Place::Own, Tab::Tracking)}
        <section class="page-part" role="alert">
            <h2 class="page-part__title">"This rule would flood"</h2>
            <p>{warning.to_owned()}</p>
            <p>
                "Nothing is saved yet and nothing of yours is lost. A backtest shows how many of the last days' events it \
                 would have told, minute by minute; a filter or a summary makes them fewer."
            </p>
        </section>
        <form class="compare__choice" method="post" action=format!("{address}?step=2")>
            {carried(&save.draft, version)}
            <button type="submit" class="button button--primary" name="do" value="edit">"Go on editing"</button>
            <button type="submit" class="button" name="do" value="try">"Try it on past events…"</button>
            <button type="submit" class="button" name="do" value="save_disabled">"Save it disabled"</button>
            <button type="submit" class="button" name="do" value="save_flooding">"Save it all the same"</button>
        </form>
    }
    .erase()
}
