//! Slack text as Slack would show it.

use leptos::prelude::*;

use crate::logic::ago::Clock;
use crate::logic::mrkdwn::{Block, Span, blocks};

pub(super) fn slack_text(text: &str) -> AnyView {
    blocks(text)
        .into_iter()
        .map(|block| match block {
            Block::Text(lines) => view! { <p class="slack__text">{all(lines)}</p> }.into_any(),
            Block::Quote(lines) => {
                view! { <blockquote class="slack__quote">{all(lines)}</blockquote> }.into_any()
            }
            Block::Code(code) => view! { <pre class="slack__code">{code}</pre> }.into_any(),
        })
        .collect_view()
        .into_any()
}

fn all(lines: Vec<Vec<Span>>) -> AnyView {
    lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| view! { {(at > 0).then(|| view! { <br/> })} {spans(line)} }.into_any())
        .collect_view()
        .into_any()
}

fn spans(spans_of: Vec<Span>) -> AnyView {
    spans_of
        .into_iter()
        .map(|span| match span {
            Span::Plain(text) => text.into_any(),
            Span::Bold(inner) => view! { <strong>{spans(inner)}</strong> }.into_any(),
            Span::Italic(inner) => view! { <em>{spans(inner)}</em> }.into_any(),
            Span::Strike(inner) => view! { <s>{spans(inner)}</s> }.into_any(),
            Span::Code(text) => view! { <code>{text}</code> }.into_any(),
            // Not a real link: a preview leads nowhere.
            Span::Link(address, label) => {
                view! { <span class="slack__link" title=address>{label}</span> }.into_any()
            }
            Span::Mention(name) => view! { <span class="slack__mention">{name}</span> }.into_any(),
            Span::Date(seconds, _) => {
                let clock = Clock::utc(seconds.saturating_mul(1_000));
                format!("{} {}", clock.date(), clock.time()).into_any()
            }
        })
        .collect_view()
        .into_any()
}
