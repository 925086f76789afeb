//! chat.postMessage and chat.update.

use serde_json::{Map, Value, json};

use super::args::Args;
use super::reply::{Outcome, Reply};
use super::target::{self, Target};
use super::{Caller, blocks};
use crate::mask::mask;
use crate::model::TokenKind;
use crate::record::Message;
use crate::state::{Event, Shared, State};

/// Slack cuts longer texts silently ("Truncating content" in the method's documentation).
const MAX_TEXT: usize = 40_000;
/// chat.update refuses what chat.postMessage would take; several projects met `msg_too_long` above this.
const MAX_UPDATE_TEXT: usize = 4_000;
/// Of `markdown_text`.
const MAX_MARKDOWN: usize = 12_000;
const MAX_ATTACHMENTS: usize = 100;

/// What a message says, checked.
struct Content {
    text: String,
    truncated: bool,
    blocks: Option<Value>,
}

fn content(args: &Args) -> Result<Content, Reply> {
    let text = args.text("text")?.filter(|t| !t.trim().is_empty());
    let markdown = args.text("markdown_text")?;
    let blocks = args.array("blocks", "invalid_blocks_format")?;
    let attachments = args.array("attachments", "invalid_attachments")?;
    if markdown.is_some() && (text.is_some() || blocks.is_some()) {
        return Err(Reply::error("markdown_text_conflict"));
    }
    if markdown
        .as_ref()
        .is_some_and(|m| m.chars().count() > MAX_MARKDOWN)
    {
        return Err(Reply::error("msg_too_long"));
    }
    if attachments.as_ref().is_some_and(|a| a.len() > MAX_ATTACHMENTS) {
        return Err(Reply::error("too_many_attachments"));
    }
    if let Some(blocks) = &blocks {
        blocks::check(blocks)?;
    }
    let text = text.or(markdown);
    if text.is_none() && blocks.is_none() && attachments.is_none() {
        return Err(Reply::error("no_text"));
    }
    let full = text.unwrap_or_default();
    let cut = full.char_indices().nth(MAX_TEXT).map(|(at, _)| at);
    Ok(Content {
        text: full[..cut.unwrap_or(full.len())].to_owned(),
        truncated: cut.is_some(),
        blocks: blocks.map(Value::Array),
    })
}

/// Posts a message.
pub(crate) fn post_message(
    shared: &Shared,
    state: &mut State,
    caller: &mut Caller<'_>,
    args: &Args,
) -> Outcome {
    let channel_arg = args.required("channel")?;
    let asked = args.text("thread_ts")?;
    let target = target::to_post(&state.workspace, caller.token, &channel_arg, asked.is_some())?;
    let content = content(args)?;
    let channel = match target {
        Target::Channel(id) => id,
        Target::Person(users) => {
            let (id, open) = state.workspace.open_direct(&caller.token.team, &users);
            if !open {
                shared.announce(state, Event::Workspace);
            }
            id
        }
    };
    let thread_ts = asked.and_then(|ts| thread(state, &channel, &ts));
    if thread_ts.is_none() {
        target::check_opens(&state.workspace, &channel)?;
    }
    let client_msg_id = args.text("client_msg_id")?;
    let earlier = client_msg_id.as_deref().and_then(|id| {
        let same = |m: &&Message| m.channel == channel && m.client_msg_id.as_deref() == Some(id);
        state.messages.iter().rev().find(same).cloned()
    });
    if let (Some(earlier), true) = (&earlier, caller.honours_client_msg_id) {
        caller.ts = Some(earlier.ts.clone());
        return Ok(posted(earlier));
    }
    let limits = &shared.settings.limits;
    let app = format!("{}/{}", caller.token.app_id, caller.token.team);
    let buckets = [
        (format!("post/{app}/{channel}"), limits.post_per_channel),
        (format!("post/{app}"), limits.post_per_workspace),
    ];
    state
        .limiter
        .take(caller.at_ms, &buckets)
        .map_err(|secs| Reply::rate_limited("rate_limited", secs))?;

    let token = caller.token;
    let message = Message {
        seq: state.message_seq + 1,
        team: token.team.clone(),
        ts: state.next_ts(&channel, caller.at_ms),
        channel,
        at_ms: caller.at_ms,
        user: token.user.clone(),
        app_id: token.app_id.clone(),
        bot_id: token.bot_id.clone(),
        author: match token.kind {
            TokenKind::Bot => token.app_name.clone(),
            TokenKind::User => state.workspace.member_name(&token.user).to_owned(),
        },
        posted_as: token.kind,
        token: mask(&token.value),
        text: content.text,
        truncated: content.truncated,
        mrkdwn: args.flag("mrkdwn", true),
        blocks: content.blocks,
        thread_ts,
        repeats_client_msg_id: earlier.is_some(),
        client_msg_id,
        edited: None,
        call: caller.seq,
    };
    state.message_seq += 1;
    state.posted += 1;
    caller.ts = Some(message.ts.clone());
    let reply = posted(&message);
    state.messages.push(message.clone());
    shared.announce(state, Event::Message(message));
    Ok(reply)
}

/// The thread that a reply to this message stands in. Where there is no such message, Slack says nothing of it and puts the
/// reply into the channel: only the message in its answer tells, which then has no `thread_ts`.
fn thread(state: &State, channel: &str, ts: &str) -> Option<String> {
    let parent = state
        .messages
        .iter()
        .rev()
        .find(|m| m.channel == channel && m.ts == ts)?;
    Some(parent.thread_ts.clone().unwrap_or_else(|| parent.ts.clone()))
}

/// Changes a message of one's own.
pub(crate) fn update(shared: &Shared, state: &mut State, caller: &mut Caller<'_>, args: &Args) -> Outcome {
    let id = args.required("channel")?;
    let ts = args.required("ts")?;
    let token = caller.token;
    let channel = target::visible(&state.workspace, token, &id)?;
    if channel.archived {
        return Err(Reply::error("is_inactive"));
    }
    let same = |m: &Message| m.channel == id && m.ts == ts;
    let found = state.messages.iter().rev().find(|m| same(m)).cloned();
    let found = found.ok_or_else(|| Reply::error("message_not_found"))?;
    if (&found.app_id, &found.user) != (&token.app_id, &token.user) {
        return Err(Reply::error("cant_update_message"));
    }
    let content = content(args)?;
    if content.text.chars().count() > MAX_UPDATE_TEXT {
        return Err(Reply::error("msg_too_long"));
    }
    let edited = state.next_ts(&id, caller.at_ms);
    let mut changed = found;
    changed.text = content.text;
    // Blocks that are not named stay; an empty list takes them away.
    if content.blocks.is_some() || args.is_empty_array("blocks") {
        changed.blocks = content.blocks;
    }
    changed.edited = Some(edited);
    state.messages.edit(same, |m| *m = changed.clone());
    caller.ts = Some(ts.clone());
    let reply = Reply::ok(json!({
        "channel": id, "ts": ts, "text": changed.text, "message": as_slack(&changed),
    }));
    shared.announce(state, Event::Updated(changed));
    Ok(reply)
}

fn posted(message: &Message) -> Reply {
    Reply::ok(json!({ "channel": message.channel, "ts": message.ts, "message": as_slack(message) }))
}

/// The `message` object of a reply.
fn as_slack(m: &Message) -> Value {
    let mut out = Map::new();
    let mut set = |name: &str, value: Value| out.insert(name.to_owned(), value);
    set("type", json!("message"));
    set("user", json!(m.user));
    set("ts", json!(m.ts));
    set("bot_id", json!(m.bot_id));
    set("app_id", json!(m.app_id));
    set("text", json!(m.text));
    set("team", json!(m.team));
    if m.posted_as == TokenKind::Bot {
        set(
            "bot_profile",
            json!({"id": m.bot_id, "app_id": m.app_id, "name": m.author, "deleted": false, "team_id": m.team}),
        );
    }
    for (name, value) in [("thread_ts", &m.thread_ts), ("client_msg_id", &m.client_msg_id)] {
        if let Some(value) = value {
            set(name, json!(value));
        }
    }
    if let Some(blocks) = &m.blocks {
        set("blocks", blocks.clone());
    }
    if let Some(edited) = &m.edited {
        set("edited", json!({"user": m.user, "ts": edited}));
    }
    Value::Object(out)
}
