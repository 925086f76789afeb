//! Pieces of the pages on which rules are tried: where the values come from, and how far back to look.

use leptos::prelude::*;

use super::wish::VALUES;
use crate::desk::form::{Field, Wrong};
use crate::parts::view::{Erase, nothing};
use crate::views::tryout::{TryPage, TryWish};

/// What people call the fields, among complaints.
pub(super) fn label(field: &str) -> String {
    match field {
        "try.event_id" => "Event".to_owned(),
        "try.event" => "Event as JSON".to_owned(),
        "try.days" => "Days".to_owned(),
        other => other.strip_prefix(VALUES).unwrap_or(other).to_owned(),
    }
}

/// The fields of a test run, without the form around them.
pub(super) fn fields(page: &TryPage, wish: &TryWish, wrong: &Wrong) -> AnyView {
    let chosen = match wish.source.as_str() {
        "" => "sample",
        other => other,
    };
    let source = |value: &'static str, label: &'static str| {
        view! {
            <label class="check">
                <input type="radio" name="try.source" value=value checked=chosen == value/>
                <span>{label}</span>
            </label>
        }
        .erase()
    };
    let platform = page.trigger.platform();
    let events: Vec<(String, String)> = page
        .events
        .iter()
        .map(|event| (event.id.to_string(), event.label(platform)))
        .collect();
    let event = match (page.real_events, events.is_empty()) {
        (false, _) => {
            view! { <p class="hint">"Your role tries rules on samples and pasted events only."</p> }.erase()
        }
        (true, true) => view! { <p class="hint">"No such event has happened here yet."</p> }.erase(),
        (true, false) => {
            let list =
                Field::new("try.event_id", label("try.event_id"), wrong).choice(&events, &wish.event_id);
            view! { {source("event", "One of the last events")} {list} }.erase()
        }
    };
    view! {
        <fieldset class="field-group">
            <legend class="field-group__title">"Where the values come from"</legend>
            {source("sample", "A sample")}
            {event}
            {source("pasted", "An event as JSON, pasted below")}
            {Field::new("try.event", label("try.event"), wrong)
                .hint("The same JSON that platforms post to /api/v1/events.")
                .lines(&wish.pasted)}
        </fieldset>
        {values(page, wish, wrong)}
        {sending(page, wish)}
    }
    .erase()
}

/// One field for each placeholder of the rule's message and filters.
fn values(page: &TryPage, wish: &TryWish, wrong: &Wrong) -> AnyView {
    if page.values.is_empty() {
        return nothing();
    }
    let fields = page
        .values
        .iter()
        .map(|name| {
            let typed = wish.typed.get(name).map_or("", String::as_str);
            Field::new(&format!("{VALUES}{name}"), name.clone(), wrong).line("text", typed)
        })
        .collect_view();
    view! {
        <fieldset class="field-group">
            <legend class="field-group__title">"Values of your own"</legend>
            <p class="hint">"All optional: what you type stands instead of the event's value."</p>
            <div class="try-values">{fields}</div>
        </fieldset>
    }
    .erase()
}

fn sending(page: &TryPage, wish: &TryWish) -> AnyView {
    if !page.may_send {
        return view! {
            <p class="hint">"Nothing is sent: your role tries this rule without posting to Slack."</p>
        }
        .erase();
    }
    view! {
        <label class="check">
            <input type="checkbox" name="try.send" value="yes" checked=wish.send/>
            <span>{format!("Really send it to {}, marked TEST", page.destination)}</span>
        </label>
    }
    .erase()
}

/// How far back a backtest looks, and its button.
pub(super) fn days(button: (&'static str, &'static str)) -> AnyView {
    let one = |value: &'static str, label: &'static str| {
        view! {
            <label class="check">
                <input type="radio" name="try.days" value=value checked=value == "7"/>
                <span>{label}</span>
            </label>
        }
        .erase()
    };
    view! {
        <fieldset class="field-group">
            <legend class="field-group__title">"How far back"</legend>
            <div class="try-days">{one("1", "1 day")} {one("7", "7 days")} {one("30", "30 days")}</div>
        </fieldset>
        <p class="row-actions">
            <button type="submit" class="button" name=button.0 value=button.1>"Run the backtest"</button>
        </p>
    }
    .erase()
}

/// What a backtest is for.
pub(super) const BACKTEST: &str = "How often the rule would have fired on what has happened, and what Slack's limits \
                                   would have made of its messages. It runs in the background; nothing is sent.";
