//! One message as a list item.

use maud::{Markup, PreEscaped, html};

use super::{blocks, when};
use crate::model::TokenKind;
use crate::mrkdwn::{self, Names};
use crate::record::Message;
use crate::workspace::Workspace;

/// The item of a message.
pub(super) fn item(m: &Message, w: &Workspace) -> Markup {
    let title = w.channels.get(&m.channel).map(|c| {
        let name = w.channel_title(c);
        if c.is_direct() { name } else { format!("#{name}") }
    });
    let bot = m.posted_as == TokenKind::Bot;
    html! {
        li.message.reply[m.thread_ts.is_some()] data-channel=(m.channel) data-ts=(m.ts) data-seq=(m.seq)
            data-thread=[m.thread_ts.as_deref()] {
            span.avatar.person[!bot] data-hue=(hue(&m.author)) aria-hidden="true" {
                (m.author.chars().next().unwrap_or('?').to_uppercase())
            }
            div.body {
                p.by {
                    strong { (m.author) }
                    @if bot { span.app { "APP" } } @else { span.app title="Posted with a user token" { "USER TOKEN" } }
                    (when::clock(m.at_ms, false))
                    span.where { (title.as_deref().unwrap_or(&m.channel)) }
                    @if m.thread_ts.is_some() { span.flag { "reply in thread" } }
                    @if m.truncated { span.flag.bad { "cut at 40,000 characters" } }
                    @if m.repeats_client_msg_id { span.flag.bad { "same client_msg_id again" } }
                }
                div.text {
                    (content(m, w))
                    @if m.edited.is_some() { " " span.edited { "(edited)" } }
                }
                details.raw data-request={ "/sandbox/view/requests/" (m.call) } {
                    summary { "Raw request" }
                    p { a href={ "/sandbox/api/requests/" (m.call) } { "Open as JSON" } }
                }
            }
        }
    }
}

/// What people would read: the blocks if there are any (then the text is only the notification), else the text.
fn content(m: &Message, w: &Workspace) -> Markup {
    let member = |id: &str| w.members.get(id).map(|m| m.name.clone());
    let channel = |id: &str| w.channels.get(id).map(|c| w.channel_title(c));
    let names = Names {
        member: &member,
        channel: &channel,
    };
    let Some(card) = m
        .blocks
        .as_ref()
        .and_then(|blocks| blocks.as_array())
        .filter(|card| !card.is_empty())
    else {
        return PreEscaped(mrkdwn::render(&m.text, m.mrkdwn, &names));
    };
    html! {
        (blocks::draw(card, &names))
        @if !m.text.is_empty() {
            p.fallback { "Notification text: " (PreEscaped(mrkdwn::render(&m.text, m.mrkdwn, &names))) }
        }
    }
}

/// One of six avatar colours, always the same for a name; Leadbell's own is the accent colour.
fn hue(name: &str) -> usize {
    name.bytes().fold(3, |sum, b| sum + usize::from(b)) % 6
}
