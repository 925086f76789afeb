//! A channel's panel: its head and its messages.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::{PAGE, layout, message};
use crate::model::{Channel, ChannelKind, Posting};
use crate::record::Message;
use crate::state::State;

/// The panel of one channel; `shown` if it is the one to see when the address names none.
pub(super) fn channel(state: &State, channel: &Channel, shown: bool) -> Markup {
    let title = state.workspace.channel_title(channel);
    let label = format!("{}{title}", if channel.is_direct() { "" } else { "#" });
    let empty = !state.messages.iter().any(|m| m.channel == channel.id);
    html! {
        section.panel.default[shown] id=(channel.id) data-channel-panel=(channel.id) data-title=(label)
            aria-labelledby={ "t-" (channel.id) } tabindex="-1" {
            (head(&channel.id, html! { (layout::glyph(channel)) (title) }, &about(state, channel), Some(&channel.id)))
            div.scroll role="log" tabindex="0" aria-label={ "Messages in " (label) } {
                ol.messages data-messages=(channel.id) { (items(state, &channel.id, None)) }
                @if empty { (nothing(channel, &label)) }
            }
            button.newer type="button" hidden { "New messages ↓" }
        }
    }
}

/// A panel's head. `id` is shown to be copied.
pub(super) fn head(panel: &str, title: Markup, about: &str, id: Option<&str>) -> Markup {
    html! {
        header.head {
            a.back href="#" aria-label="Back to all channels" { "‹" }
            div.what {
                h1 id={ "t-" (panel) } { (title) }
                p { (about) }
            }
            @if let Some(id) = id {
                button.copy type="button" data-copy=(id) title="Copy the ID" { code { (id) } span { "Copy" } }
            }
        }
    }
}

/// The newest messages of a channel, or the newest before a `ts`, oldest first.
pub(super) fn items(state: &State, channel: &str, before: Option<&str>) -> Markup {
    let wanted = |m: &&Message| m.channel == channel && before.is_none_or(|b| m.ts.as_str() < b);
    let mut newest: Vec<_> = state
        .messages
        .iter()
        .rev()
        .filter(wanted)
        .take(PAGE + 1)
        .collect();
    let more = newest.len() > PAGE;
    newest.truncate(PAGE);
    newest.reverse();
    let oldest = newest.first().map(|first| first.ts.clone());
    // Replies below what they reply to, where that is on the page; else where their time puts them.
    let shown: BTreeSet<&str> = newest.iter().map(|m| m.ts.as_str()).collect();
    let place = |m: &Message| {
        let parent = m.thread_ts.as_deref().filter(|ts| shown.contains(ts));
        (parent.unwrap_or(&m.ts).to_owned(), m.ts.clone())
    };
    let mut newest: Vec<&Message> = newest;
    newest.sort_by_cached_key(|m| place(m));
    html! {
        @if let (true, Some(first)) = (more, &oldest) {
            li.more { button.plain type="button" data-before=(first) { "Show earlier messages" } }
        }
        @for m in newest { (message::item(m, &state.workspace)) }
    }
}

fn about(state: &State, channel: &Channel) -> String {
    let w = &state.workspace;
    let bots: Vec<&str> = channel
        .members
        .iter()
        .filter_map(|u| w.members.get(u))
        .filter(|m| m.is_bot)
        .map(|m| m.name.as_str())
        .collect();
    let kind = match channel.kind {
        ChannelKind::Public => "Public channel",
        ChannelKind::Private => "Private channel",
        ChannelKind::Direct => "Direct message",
        ChannelKind::GroupDirect => "Group message",
    };
    let inside = match (channel.is_direct(), bots.is_empty(), channel.kind) {
        (true, false, _) => format!(" with {}", bots.join(", ")),
        (true, true, _) => String::new(),
        (false, false, _) => format!(" · apps inside: {}", bots.join(", ")),
        (false, true, ChannelKind::Private) => " · no app was invited, so none can see it".to_owned(),
        (false, true, _) => " · no app inside: an app needs chat:write.public or has to join".to_owned(),
    };
    let rule = match (channel.archived, channel.posting) {
        (true, _) => " · archived, refuses messages",
        (_, Posting::ReadOnly) => " · read-only, refuses messages",
        (_, Posting::Restricted) => " · apps may not post",
        (_, Posting::ThreadsOnly) => " · replies only",
        (_, Posting::Everyone) => "",
    };
    format!("{kind}{inside}{rule}")
}

fn nothing(channel: &Channel, label: &str) -> Markup {
    let refuses = channel.archived || matches!(channel.posting, Posting::ReadOnly | Posting::Restricted);
    html! {
        div.empty {
            h2 { "Nothing in " (label) " yet" }
            @if refuses {
                p { "Slack refuses messages to this channel. Attempts appear under " a href="#refused" { "Refused calls" } "." }
            } @else {
                p { "A message posted to " code { (channel.id) } " appears here at once." }
                p { a href="#workspace" { "IDs and tokens" } " lists what can be used in a rule." }
            }
        }
    }
}
