//! The few things pages do to the browser's document. Nothing here runs on the server.

use leadbell_domain::{Civil, Timestamp};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{FormData, HtmlElement, HtmlFormElement, HtmlInputElement};

/// The names and texts of a form, as a plain post would send them.
pub(crate) fn form_pairs(form: &HtmlFormElement) -> Vec<(String, String)> {
    let Ok(data) = FormData::new_with_form(form) else {
        return Vec::new();
    };
    let Ok(Some(entries)) = js_sys::try_iter(&data) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let pair: js_sys::Array = entry.dyn_into().ok()?;
            Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
        })
        .collect()
}

/// Posts the form as a browser without a script does: the answer is a page of its own.
pub(crate) fn post_plainly(form: &HtmlFormElement, what: &str) {
    let Ok(button) = document().create_element("input") else {
        return;
    };
    for (name, value) in [("type", "hidden"), ("name", "do"), ("value", what)] {
        let _ = button.set_attribute(name, value);
    }
    let _ = form.append_child(&button);
    let _ = form.submit();
}

/// Puts the focus on the element of this id, once what was just changed is drawn.
pub(crate) fn focus_soon(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || {
        let found = document().get_element_by_id(&id);
        if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}

/// Ticks or clears the box of this id, if it is there.
pub(crate) fn tick(id: &str, ticked: bool) {
    let found = document().get_element_by_id(id);
    if let Some(input) = found.and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) {
        input.set_checked(ticked);
    }
}

/// Whether the focus is in one of the form's fields.
pub(crate) fn focus_is_in(form: NodeRef<leptos::html::Form>) -> bool {
    let (Some(form), Some(active)) = (form.get_untracked(), document().active_element()) else {
        return false;
    };
    form.contains(Some(&active)) && matches!(active.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// The browser's clock, UTC milliseconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds of our era fit an i64 exactly"
)]
pub(crate) fn now() -> Timestamp {
    js_sys::Date::now() as Timestamp
}

/// A moment on the reader's own clock.
pub(crate) fn local(at: Timestamp) -> Civil {
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 milliseconds")]
    let date = js_sys::Date::new(&JsValue::from_f64(at as f64));
    Civil {
        year: i64::from(date.get_full_year()),
        month: i64::from(date.get_month()) + 1,
        day: i64::from(date.get_date()),
        hour: i64::from(date.get_hours()),
        minute: i64::from(date.get_minutes()),
        second: i64::from(date.get_seconds()),
        milli: 0,
    }
}

/// Asks a yes-or-no question.
pub(crate) fn confirm(question: &str) -> bool {
    window().confirm_with_message(question).unwrap_or(true)
}
