//! Which conversation an id means to a token, and whether it may post there.

use std::collections::BTreeSet;

use super::reply::Reply;
use crate::model::{Channel, ChannelKind, Posting, Token, TokenKind};
use crate::workspace::Workspace;

/// Where a message goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A conversation that exists.
    Channel(String),
    /// The direct message among these users, which may have to be opened first.
    Person(BTreeSet<String>),
}

/// Finds where a message goes and checks every rule but the rate limits.
///
/// # Errors
/// Slack's code for the first rule that is broken.
pub(crate) fn to_post(w: &Workspace, token: &Token, channel: &str, reply: bool) -> Result<Target, Reply> {
    if channel.starts_with(['U', 'W']) {
        // An unknown member is an unknown channel to chat.postMessage; conversations.open says user_not_found.
        let users = pair(w, token, channel, "channel_not_found")?;
        check_messages_tab(token)?;
        return Ok(Target::Person(users));
    }
    let channel = by_id_or_name(w, token, channel)?;
    if channel.archived {
        return Err(Reply::error("is_archived"));
    }
    let inside = channel.members.contains(&token.user);
    let may_post_outside = token.kind == TokenKind::Bot && token.has("chat:write.public");
    if !inside && !may_post_outside {
        return Err(Reply::error("not_in_channel"));
    }
    if channel.is_direct() {
        check_messages_tab(token)?;
        let gone = |u: &String| w.members.get(u).is_some_and(|m| m.deactivated);
        if channel.kind == ChannelKind::Direct && channel.members.iter().any(gone) {
            return Err(Reply::error("user_disabled"));
        }
    }
    match channel.posting {
        Posting::Restricted => Err(Reply::error("restricted_action")),
        Posting::ReadOnly => Err(Reply::error("restricted_action_read_only_channel")),
        Posting::ThreadsOnly if !reply => Err(Reply::error("restricted_action_thread_only_channel")),
        Posting::ThreadsOnly | Posting::Everyone => Ok(Target::Channel(channel.id.clone())),
    }
}

/// Whether a message that is no reply may stand in this channel.
///
/// # Errors
/// Slack's code where it takes replies only.
pub(crate) fn check_opens(w: &Workspace, channel: &str) -> Result<(), Reply> {
    match w.channels.get(channel).map(|c| c.posting) {
        Some(Posting::ThreadsOnly) => Err(Reply::error("restricted_action_thread_only_channel")),
        _ => Ok(()),
    }
}

/// The conversation with this id, if the token may know of it.
///
/// # Errors
/// `channel_not_found`, also for private conversations it is not in.
pub(crate) fn visible<'a>(w: &'a Workspace, token: &Token, id: &str) -> Result<&'a Channel, Reply> {
    w.channels
        .get(id)
        .filter(|c| c.team == token.team)
        .filter(|c| c.kind == ChannelKind::Public || c.members.contains(&token.user))
        .ok_or_else(|| Reply::error("channel_not_found"))
}

/// The token's user and one other.
///
/// # Errors
/// `unknown` if there is no such member, `user_disabled`, `cannot_dm_bot`.
pub(crate) fn pair(
    w: &Workspace,
    token: &Token,
    other: &str,
    unknown: &str,
) -> Result<BTreeSet<String>, Reply> {
    let member = w
        .members
        .get(other)
        .filter(|m| m.team == token.team)
        .ok_or_else(|| Reply::error(unknown))?;
    if member.deactivated {
        return Err(Reply::error("user_disabled"));
    }
    if member.is_bot {
        return Err(Reply::error("cannot_dm_bot"));
    }
    Ok(BTreeSet::from([token.user.clone(), other.to_owned()]))
}

/// Names work for public channels only, with or without `#`.
fn by_id_or_name<'a>(w: &'a Workspace, token: &Token, channel: &str) -> Result<&'a Channel, Reply> {
    visible(w, token, channel).or_else(|refused| {
        let name = channel.strip_prefix('#').unwrap_or(channel);
        let named = |c: &&Channel| c.kind == ChannelKind::Public && c.team == token.team && c.name == name;
        w.channels.values().find(named).ok_or(refused)
    })
}

fn check_messages_tab(token: &Token) -> Result<(), Reply> {
    if token.kind == TokenKind::Bot && !token.messages_tab {
        return Err(Reply::error("messages_tab_disabled"));
    }
    Ok(())
}
