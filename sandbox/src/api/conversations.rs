//! conversations.open, conversations.join and auth.test.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Caller;
use super::args::Args;
use super::reply::{Outcome, Reply};
use super::target;
use crate::model::{Channel, ChannelKind, Token, TokenKind};
use crate::state::{Event, Shared, State};

/// Slack opens a conversation with at most eight others.
const MAX_USERS: usize = 8;

/// Opens a direct message, or returns the one that is open.
pub(crate) fn open(shared: &Shared, state: &mut State, caller: &mut Caller<'_>, args: &Args) -> Outcome {
    let token = caller.token;
    let (id, already) = match (args.text("channel")?, args.text("users")?) {
        (Some(id), _) => {
            let channel = target::visible(&state.workspace, token, &id)?;
            if !channel.is_direct() {
                return Err(Reply::error("method_not_supported_for_channel_type"));
            }
            (id, true)
        }
        (None, Some(list)) => {
            let users = people(state, token, &list)?;
            state.workspace.open_direct(&token.team, &users)
        }
        (None, None) => return Err(Reply::error("users_list_not_supplied")),
    };
    if !already {
        shared.announce(state, Event::Workspace);
    }
    let channel = match state.workspace.channels.get(&id) {
        Some(channel) if args.flag("return_im", false) => direct_object(channel, token),
        _ => json!({ "id": id }),
    };
    Ok(Reply::ok(if already {
        json!({"no_op": true, "already_open": true, "channel": channel})
    } else {
        json!({ "channel": channel })
    }))
}

fn people(state: &State, token: &Token, list: &str) -> Result<BTreeSet<String>, Reply> {
    let ids: BTreeSet<&str> = list.split(',').map(str::trim).filter(|u| !u.is_empty()).collect();
    match ids.len() {
        0 => return Err(Reply::error("users_list_not_supplied")),
        1 => super::auth::check_scope(token, &["im:write"])?,
        n if n > MAX_USERS => return Err(Reply::error("too_many_users")),
        _ => super::auth::check_scope(token, &["mpim:write"])?,
    }
    let mut users = BTreeSet::new();
    for id in ids {
        users.extend(target::pair(&state.workspace, token, id, "user_not_found")?);
    }
    Ok(users)
}

/// Joins a public channel.
pub(crate) fn join(shared: &Shared, state: &mut State, caller: &mut Caller<'_>, args: &Args) -> Outcome {
    let token = caller.token;
    let id = args.required("channel")?;
    let channel = state
        .workspace
        .channels
        .get_mut(&id)
        .filter(|c| c.team == token.team);
    let channel = channel.ok_or_else(|| Reply::error("channel_not_found"))?;
    if channel.kind != ChannelKind::Public {
        return Err(Reply::error("method_not_supported_for_channel_type"));
    }
    if channel.archived {
        return Err(Reply::error("is_archived"));
    }
    let joined = channel.members.insert(token.user.clone());
    let mut reply = Reply::ok(json!({ "channel": channel_object(channel) }));
    if joined {
        shared.announce(state, Event::Workspace);
    } else {
        reply.warn("already_in_channel");
    }
    Ok(reply)
}

/// Says who a token speaks for.
pub(crate) fn auth_test(state: &State, token: &Token) -> Outcome {
    let team = state.workspace.teams.get(&token.team);
    let mut fields = json!({
        "url": format!("https://{}.slack.com/", team.map_or("sandbox", |t| t.domain.as_str())),
        "team": team.map_or(token.team.as_str(), |t| t.name.as_str()),
        "user": state.workspace.member_name(&token.user),
        "team_id": token.team,
        "user_id": token.user,
        "is_enterprise_install": false,
    });
    if token.kind == TokenKind::Bot {
        fields["bot_id"] = json!(token.bot_id);
        fields["app_id"] = json!(token.app_id);
        fields["app_name"] = json!(token.app_name);
    }
    Ok(Reply::ok(fields))
}

fn direct_object(channel: &Channel, token: &Token) -> Value {
    let other = channel.members.iter().find(|u| **u != token.user);
    json!({
        "id": channel.id,
        "is_im": channel.kind == ChannelKind::Direct,
        "is_mpim": channel.kind == ChannelKind::GroupDirect,
        "is_org_shared": false,
        "user": other,
        "last_read": "0000000000.000000",
        "latest": null,
        "unread_count": 0,
        "unread_count_display": 0,
        "is_open": true,
        "priority": 0,
    })
}

fn channel_object(channel: &Channel) -> Value {
    json!({
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": true,
        "is_group": false,
        "is_im": false,
        "is_mpim": false,
        "is_private": false,
        "is_archived": channel.archived,
        "is_general": channel.name == "general",
        "is_shared": false,
        "is_member": true,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    })
}
