//! A message as it looks in Slack, from the very blocks that Slack gets.

use leadbell_domain::{Block, Blocks, CardText};
use leptos::prelude::*;

use crate::parts::view::Erase;
use crate::rules::form::slack_text::slack_text;

/// The message of an app with its card, or with its text alone.
pub(super) fn slack_message(text: &str, blocks: Option<&Blocks>) -> AnyView {
    let body = match blocks {
        Some(blocks) => blocks.0.iter().map(block).collect_view().erase(),
        None => slack_text(text),
    };
    view! {
        <div class="slack">
            <span class="slack__avatar" aria-hidden="true">"L"</span>
            <div class="slack__message slack__message--whole">
                <p class="slack__head">
                    <strong>"Your Slack app"</strong>
                    " "
                    <span class="slack__app">"APP"</span>
                </p>
                {body}
            </div>
        </div>
    }
    .erase()
}

fn block(block: &Block) -> AnyView {
    match block {
        Block::Header { text } => view! { <p class="slack__header">{text.text().to_owned()}</p> }.erase(),
        Block::Section { text, fields } => {
            let fields = (!fields.is_empty()).then(|| {
                let fields = fields
                    .iter()
                    .map(|field| view! { <div class="slack__field">{card_text(field)}</div> }.erase())
                    .collect_view();
                view! { <div class="slack__fields">{fields}</div> }.erase()
            });
            view! { <div class="slack__section">{text.as_ref().map(card_text)} {fields}</div> }.erase()
        }
        Block::Context { elements } => {
            let texts = elements.iter().map(card_text).collect_view();
            view! { <div class="slack__context">{texts}</div> }.erase()
        }
        Block::Actions { elements } => elements
            .iter()
            .map(|button| {
                // Not a real link: a preview leads nowhere.
                let label = button.text.text().to_owned();
                view! { <p><span class="slack__button" title=button.url.clone()>{label}</span></p> }.erase()
            })
            .collect_view()
            .erase(),
    }
}

fn card_text(text: &CardText) -> AnyView {
    match text {
        CardText::PlainText { text, .. } => text.clone().erase(),
        CardText::Mrkdwn { text } => slack_text(text),
    }
}
