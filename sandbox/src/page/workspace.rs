//! What exists: channels, members and (masked) tokens, to copy ids from.

use maud::{Markup, html};

use super::layout::by_name;
use super::panel::head;
use crate::mask::mask;
use crate::model::{Channel, ChannelKind, Posting, Token, TokenKind, TokenState};
use crate::state::State;

/// The panel "IDs and tokens".
pub(super) fn panel(state: &State, shown: bool) -> Markup {
    let about =
        "What rules can be pointed at. Tokens are shown masked; the demo's are listed in sandbox/README.md.";
    html! {
        section.panel.default[shown] #workspace data-title="IDs and tokens" aria-labelledby="t-workspace" tabindex="-1" {
            (head("workspace", html! { "IDs and tokens" }, about, None))
            div.scroll.sheet tabindex="0" role="region" aria-label="Tables of IDs and tokens" {
                (channels(state))
                (members(state))
                (tokens(state))
            }
        }
    }
}

fn channels(state: &State) -> Markup {
    let mut channels: Vec<&Channel> = state
        .workspace
        .channels
        .values()
        .filter(|c| !c.is_direct())
        .collect();
    channels.sort_by(|a, b| by_name(a, b));
    html! {
        h2 { "Channels" }
        table {
            thead { tr { th scope="col" { "Channel" } th scope="col" { "ID" } th scope="col" { "An app that posts here" } } }
            tbody {
                @for c in channels {
                    tr {
                        th scope="row" { a href={ "#" (c.id) } { "#" (c.name) } }
                        td { (id(&c.id)) }
                        td { (outcome(state, c)) }
                    }
                }
            }
        }
    }
}

fn outcome(state: &State, c: &Channel) -> String {
    let bot_inside = c
        .members
        .iter()
        .any(|u| state.workspace.members.get(u).is_some_and(|m| m.is_bot));
    match (c.archived, c.posting, c.kind) {
        (true, ..) => "gets is_archived".into(),
        (_, Posting::Restricted, _) => "gets restricted_action".into(),
        (_, Posting::ReadOnly, _) => "gets restricted_action_read_only_channel".into(),
        (_, Posting::ThreadsOnly, _) => "can only reply in threads".into(),
        (.., ChannelKind::Private) if !bot_inside => "gets channel_not_found until it is invited".into(),
        (.., ChannelKind::Private) => "succeeds if it was invited".into(),
        _ if bot_inside => "succeeds".into(),
        _ => "needs chat:write.public, or joins first".into(),
    }
}

fn members(state: &State) -> Markup {
    html! {
        h2 { "Members" }
        table {
            thead { tr { th scope="col" { "Member" } th scope="col" { "ID" } th scope="col" { "A direct message" } } }
            tbody {
                @for m in state.workspace.members.values() {
                    tr {
                        th scope="row" { (m.name) @if m.is_bot { " " span.app { "APP" } } }
                        td { (id(&m.id)) }
                        td {
                            @if m.deactivated { "gets user_disabled" }
                            @else if m.is_bot { "gets cannot_dm_bot" }
                            @else { "succeeds" }
                        }
                    }
                }
            }
        }
    }
}

fn tokens(state: &State) -> Markup {
    let mut tokens: Vec<(String, &Token)> = state
        .workspace
        .tokens
        .values()
        .map(|t| (mask(&t.value), t))
        .collect();
    // By what can be seen of them, the last four first: that is how people tell them apart.
    tokens.sort_by_key(|(masked, _)| {
        masked
            .chars()
            .rev()
            .take(4)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<String>()
    });
    html! {
        h2 { "Tokens" }
        table {
            thead {
                tr {
                    th scope="col" { "Token" } th scope="col" { "Acts as" }
                    th scope="col" { "Scopes" } th scope="col" { "State" }
                }
            }
            tbody {
                @for (masked, t) in &tokens {
                    tr {
                        th scope="row" { code { (masked) } }
                        td { (acts_as(state, t)) }
                        td { (t.scopes.join(", ")) }
                        td { (state_of(t)) }
                    }
                }
            }
        }
    }
}

fn acts_as(state: &State, t: &Token) -> String {
    match t.kind {
        TokenKind::Bot => format!("{} (bot)", t.app_name),
        TokenKind::User => format!("{} (user)", state.workspace.member_name(&t.user)),
    }
}

fn state_of(t: &Token) -> &'static str {
    match (t.state, t.messages_tab) {
        (TokenState::Active, true) => "works",
        (TokenState::Active, false) => "works, but its Messages tab is off",
        (TokenState::Revoked, _) => "token_revoked",
        (TokenState::AccountInactive, _) => "account_inactive",
        (TokenState::Expired, _) => "token_expired",
    }
}

fn id(value: &str) -> Markup {
    html! { button.copy type="button" data-copy=(value) title="Copy the ID" { code { (value) } span { "Copy" } } }
}
