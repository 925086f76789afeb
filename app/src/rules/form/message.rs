//! Message Text, with its placeholders at hand and its length in view.

use crate::parts::view::{Erase, live_maybe, live_text};
use leadbell_domain::{
    FORMATTERS, MAX_TEMPLATE_CHARS, Placeholder, PlaceholderGroup, Trigger, import_placeholders, placeholders,
};
use leptos::ev::{Event, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use web_sys::MouseEvent;

use super::field::{complaint, error_id};
use super::state::FormState;

pub(super) fn message_field(state: FormState, trigger: Trigger) -> AnyView {
    let area = NodeRef::<html::Textarea>::new();
    let text = state.draft.with_untracked(|draft| draft.text.clone());
    let length = Memo::new(move |_| state.draft.with(|draft| draft.text.chars().count()));
    let written = as_content(&text);
    let too_long = move || length.get() > MAX_TEMPLATE_CHARS;
    let insert = move |name: &'static str| {
        let Some(area) = area.get_untracked() else { return };
        let at = |found: Result<Option<u32>, _>| found.ok().flatten();
        let written = format!("{{{{{name}}}}}");
        let end = u32::try_from(area.value().encode_utf16().count()).unwrap_or_default();
        let (from, to) = (
            at(area.selection_start()).unwrap_or(end),
            at(area.selection_end()).unwrap_or(end),
        );
        let _ = area.set_range_text_with_start_and_end_and_mode(&written, from, to, "end");
        let _ = area.focus();
        state.collect_settings();
    };
    view! {
        <div class="field">
            <div class="field__line">
                <label class="field__label" for="action-text">"Message Text"</label>
                <span class="counter" class:counter--over=too_long>
                    {live_text(move || format!("{} / 4,000", length.get()))}
                </span>
            </div>
            // As inner HTML, because an empty text child would be drawn as a space.
            <textarea
                class="input input--text"
                id="action-text"
                name="action.text"
                rows="5"
                node_ref=area
                aria-invalid=state.invalid("action.text")
                aria-describedby=format!("{} message-hint", error_id("action.text"))
                inner_html=written
            ></textarea>
            {complaint(state, "action.text")}
            {converter(state, trigger, area)}
            <p class="hint" id="message-hint">
                "Slack's marks work: *bold*, _italic_, ~strike~, `code`. Placeholders stand in double braces, such as "
                <code>"{{lead_id}}"</code> ", and may be formatted: " <code>"{{price|money}}"</code> "."
            </p>
            <details class="help">
                <summary>"Placeholders"</summary>
                {picker(state, trigger, insert)}
            </details>
            <details class="help">
                <summary>"Formatting"</summary>
                <dl class="formats" inner_html=formats()></dl>
            </details>
        </div>
    }
    .erase()
}

/// Offers to convert placeholders of other systems, while there are any in the text.
fn converter(state: FormState, trigger: Trigger, area: NodeRef<html::Textarea>) -> AnyView {
    let level = state.level();
    let foreign = Memo::new(move |_| {
        state
            .draft
            .with(|draft| import_placeholders(&draft.text, trigger, level).converted.len())
    });
    let report = RwSignal::new(None::<String>);
    let convert = move |event: MouseEvent| {
        event.prevent_default();
        let Some(area) = area.get_untracked() else { return };
        let done = import_placeholders(&area.value(), trigger, level);
        area.set_value(&done.text);
        let _ = area.focus();
        state.collect_settings();
        report.set(Some(done.report()));
    };
    view! {
        {live_maybe(move || {
            (foreign.get() > 0).then(|| view! {
                <button type="submit" class="button button--small convert" name="do" value="convert" formnovalidate on:click=convert>
                    "Convert {name} and [name]"
                </button>
            }.erase())
        })}
        <div role="status">
            {live_maybe(move || report.get().map(|said| view! { <p class="remark">{said}</p> }.erase()))}
        </div>
    }
    .erase()
}

/// What each formatter does. As text, because nothing in it changes.
fn formats() -> String {
    FORMATTERS
        .iter()
        .map(|(written, does)| {
            format!(
                "<dt><code>|{}</code></dt><dd>{}</dd>",
                escape(written),
                escape(does)
            )
        })
        .collect()
}

/// The placeholders under their headings, with a search; each button writes one at the cursor, Enter in the search
/// the first that is left.
fn picker(
    state: FormState,
    trigger: Trigger,
    insert: impl Fn(&'static str) + Copy + Send + Sync + 'static,
) -> AnyView {
    let level = state.level();
    let wanted = RwSignal::new(String::new());
    let search = move |event: Event| {
        wanted.set(event_target_value(&event).trim().to_lowercase().replace(' ', "_"));
    };
    let choose = move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            // Never saves the rule from here.
            event.prevent_default();
            let first = placeholders(trigger, level)
                .find(|placeholder| wanted.with_untracked(|wanted| placeholder.name.contains(wanted)));
            if let Some(first) = first {
                insert(first.name);
            }
        }
    };
    let mut groups: Vec<(PlaceholderGroup, Vec<Placeholder>)> = Vec::new();
    for placeholder in placeholders(trigger, level) {
        match groups.last_mut() {
            Some((group, entries)) if *group == placeholder.group => entries.push(placeholder),
            _ => groups.push((placeholder.group, vec![placeholder])),
        }
    }
    let groups = groups
        .into_iter()
        .map(|(group, entries)| {
            let buttons = entries
                .into_iter()
                .map(|entry| {
                    let name = entry.name;
                    view! {
                        <button
                            type="button"
                            class="placeholder"
                            hidden=move || wanted.with(|wanted| !name.contains(wanted))
                            on:click=move |_| insert(name)
                        >
                            {format!("{{{{{name}}}}}")}
                        </button>
                    }
                    .erase()
                })
                .collect_view();
            view! {
                <div class="placeholders">
                    <span class="placeholders__heading">{group.label()}</span>
                    {buttons}
                </div>
            }
            .erase()
        })
        .collect_view();
    view! {
        <input
            class="input placeholders__search"
            type="search"
            aria-label="Search placeholders"
            placeholder="Search placeholders…"
            autocomplete="off"
            on:input=search
            on:keydown=choose
        />
        {groups}
        <p>"Any other field of the lead: " <code>"{{field.name}}"</code> ", by the name the platform gives it."</p>
    }
    .erase()
}

/// A text as the content of its field. Reading a page, a browser swallows a first line break, the author's own if
/// there is no other.
pub(super) fn as_content(text: &str) -> String {
    format!(
        "{}{}",
        if cfg!(feature = "ssr") { "\n" } else { "" },
        escape(text)
    )
}

/// Text as HTML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn text_cannot_leave_its_field() {
        assert_eq!(
            escape("</textarea><script>\"&"),
            "&lt;/textarea&gt;&lt;script&gt;&quot;&amp;"
        );
    }
}
