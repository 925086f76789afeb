//! Slack text as Slack would show it.

use crate::parts::view::Erase;
use leadbell_domain::Civil;
use leptos::prelude::*;

use crate::logic::mrkdwn::{Block, Span, blocks};

pub(crate) fn slack_text(text: &str) -> AnyView {
    blocks(text)
        .into_iter()
        .map(|block| match block {
            Block::Text(lines) => view! { <p class="slack__text">{all(lines)}</p> }.erase(),
            Block::Quote(lines) => {
                view! { <blockquote class="slack__quote">{all(lines)}</blockquote> }.erase()
            }
            Block::Code(code) => view! { <pre class="slack__code">{code}</pre> }.erase(),
        })
        .collect_view()
        .erase()
}

fn all(lines: Vec<Vec<Span>>) -> AnyView {
    lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| view! { {(at > 0).then(|| view! { <br/> }.erase())} {spans(line)} }.erase())
        .collect_view()
        .erase()
}

fn spans(spans_of: Vec<Span>) -> AnyView {
    spans_of
        .into_iter()
        .map(|span| match span {
            Span::Plain(text) => text.erase(),
            Span::Bold(inner) => view! { <strong>{spans(inner)}</strong> }.erase(),
            Span::Italic(inner) => view! { <em>{spans(inner)}</em> }.erase(),
            Span::Strike(inner) => view! { <s>{spans(inner)}</s> }.erase(),
            Span::Code(text) => view! { <code>{text}</code> }.erase(),
            // Not a real link: a preview leads nowhere.
            Span::Link(address, label) => {
                view! { <span class="slack__link" title=address>{label}</span> }.erase()
            }
            Span::Mention(name) => view! { <span class="slack__mention">{name}</span> }.erase(),
            Span::Date(seconds, with_time) => {
                let clock = Civil::of(seconds.saturating_mul(1_000));
                let time = if with_time { clock.time() } else { String::new() };
                format!("{} {time}", clock.date()).trim_end().to_owned().erase()
            }
        })
        .collect_view()
        .erase()
}
