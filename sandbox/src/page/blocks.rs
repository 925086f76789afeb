//! Blocks as people would see them.

use maud::{Markup, PreEscaped, html};
use serde_json::Value;

use crate::mrkdwn::{self, Names};

/// The blocks of a message, one below the other; what is of no known kind shows its texts.
pub(super) fn draw(blocks: &[Value], names: &Names<'_>) -> Markup {
    html! {
        @for block in blocks {
            @match block["type"].as_str().unwrap_or_default() {
                "header" => p.block-header { (text(&block["text"], names)) },
                "divider" => hr;
                "context" => div.block-context { (texts(&block["elements"], names)) },
                "actions" => div.block-actions {
                    @for element in list(&block["elements"]) {
                        span.block-button title=(element["url"].as_str().unwrap_or_default()) { (text(&element["text"], names)) }
                    }
                },
                _ => {
                    @if block["text"].is_object() { p { (text(&block["text"], names)) } }
                    @if !list(&block["fields"]).is_empty() { div.block-fields { (texts(&block["fields"], names)) } }
                    (texts(&block["elements"], names))
                }
            }
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn texts(values: &Value, names: &Names<'_>) -> Markup {
    html! { @for value in list(values) { @if value["text"].is_string() { p { (text(value, names)) } } } }
}

/// A text object: plain text shows as it is, markup acts.
fn text(object: &Value, names: &Names<'_>) -> Markup {
    let said = object["text"].as_str().unwrap_or_default();
    if object["type"] == "plain_text" {
        return html! { (said) };
    }
    PreEscaped(mrkdwn::render(said, true, names))
}
