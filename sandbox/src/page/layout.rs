//! The frame: head, sidebar with workspaces and channels, and the panels one of which is shown.

use maud::{DOCTYPE, Markup, html};

use super::faults::{self, Typed};
use super::{panel, refused, workspace};
use crate::model::{Channel, ChannelKind, Posting, Team};
use crate::state::State;

const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect \
                    width='32' height='32' rx='7' fill='%230f6e66'/%3E%3Cpath d='M8 9h16v11H14l-6 5z' \
                    fill='%23fff'/%3E%3C/svg%3E";

/// The whole document; with what was typed into the form of faults, if that was refused.
pub(super) fn page(state: &State, now_ms: i64, typed: &Typed) -> Markup {
    let workspace = state
        .workspace
        .teams
        .values()
        .next()
        .map_or("Slack sandbox", |t| t.name.as_str());
    let refused = !typed.errors.is_empty();
    let shown = if refused {
        Some("faults")
    } else {
        first_shown(state)
    };
    html! {
        (DOCTYPE)
        html lang="en" data-version=(state.version) data-workspace=(workspace) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (workspace) " · Slack sandbox" }
                link rel="icon" href=(ICON);
                link rel="stylesheet" href="/sandbox/assets/page.css";
                link rel="stylesheet" href="/sandbox/assets/message.css";
                link rel="stylesheet" href="/sandbox/assets/faults.css";
                script type="module" src="/sandbox/assets/page.js" {}
            }
            body {
                @if let Some(shown) = shown { a.skip href={ "#" (shown) } { "Skip to messages" } }
                div.sidebar {
                    nav #nav aria-label="Channels and traffic" { (nav(state, now_ms)) }
                    (footer())
                }
                main {
                    div #banner role="status" { (faults::banner(state, now_ms)) }
                    div #panels {
                        @for channel in state.workspace.channels.values() {
                            (panel::channel(state, channel, shown == Some(channel.id.as_str())))
                        }
                        (refused::panel(state))
                        (faults::panel(state, now_ms, typed, refused))
                        (workspace::panel(state, shown.is_none()))
                    }
                }
                (clear_dialog())
            }
        }
    }
}

/// Where something happened last, else the first channel: a page opened without a choice shows the action.
fn first_shown(state: &State) -> Option<&str> {
    let latest = state.messages.iter().next_back().map(|m| m.channel.as_str());
    let latest = latest.and_then(|id| state.workspace.channels.get(id));
    let open = |c: &&Channel| !c.archived && c.posting == Posting::Everyone && !c.is_direct();
    let mut open: Vec<&Channel> = state.workspace.channels.values().filter(open).collect();
    open.sort_by(|a, b| by_name(a, b));
    let busiest = open.iter().max_by_key(|c| c.members.len()).copied();
    latest
        .or(busiest)
        .or_else(|| state.workspace.channels.values().next())
        .map(|c| c.id.as_str())
}

/// Channels as people look for them: by name, archived ones last.
pub(super) fn by_name(a: &Channel, b: &Channel) -> std::cmp::Ordering {
    (a.archived, a.name.as_str(), a.id.as_str()).cmp(&(b.archived, b.name.as_str(), b.id.as_str()))
}

fn nav(state: &State, now_ms: i64) -> Markup {
    let faults = state.faults.count_on(now_ms);
    html! {
        @for team in state.workspace.teams.values() { (team_nav(state, team)) }
        p.group #g-traffic { "Traffic" }
        ul aria-labelledby="g-traffic" {
            li {
                a href="#refused" data-panel="refused" {
                    span.glyph aria-hidden="true" { "!" }
                    span.name { "Refused calls" }
                    span.tally data-refused hidden[state.rate_limited + state.refused == 0] {
                        (state.rate_limited + state.refused)
                    }
                }
            }
            li {
                a href="#faults" data-panel="faults" {
                    span.glyph aria-hidden="true" { "×" }
                    span.name { "Faults" }
                    span.tally.slow data-faults-on hidden[faults == 0] { (faults) }
                }
            }
            li {
                a href="#workspace" data-panel="workspace" {
                    span.glyph aria-hidden="true" { "i" }
                    span.name { "IDs and tokens" }
                }
            }
        }
    }
}

fn team_nav(state: &State, team: &Team) -> Markup {
    let mut channels: Vec<&Channel> = state
        .workspace
        .channels
        .values()
        .filter(|c| c.team == team.id)
        .collect();
    channels.sort_by(|a, b| by_name(a, b));
    let (direct, named): (Vec<&Channel>, Vec<&Channel>) = channels.into_iter().partition(|c| c.is_direct());
    html! {
        div.team {
            span.mark aria-hidden="true" { (team.name.chars().next().unwrap_or('S')) }
            div {
                strong { (team.name) }
                small { "Slack sandbox, nothing leaves this machine" }
            }
        }
        p.group id={ "g-c-" (team.id) } { "Channels" }
        ul aria-labelledby={ "g-c-" (team.id) } { @for channel in named { (entry(state, channel)) } }
        p.group id={ "g-d-" (team.id) } { "Direct messages" }
        @if direct.is_empty() {
            p.none { "None opened yet" }
        } @else {
            ul aria-labelledby={ "g-d-" (team.id) } { @for channel in &direct { (entry(state, channel)) } }
        }
    }
}

fn entry(state: &State, channel: &Channel) -> Markup {
    let note = match (channel.archived, channel.posting) {
        (true, _) => Some("archived"),
        (_, Posting::ReadOnly) => Some("read-only"),
        (_, Posting::Restricted) => Some("restricted"),
        (_, Posting::ThreadsOnly) => Some("threads"),
        (_, Posting::Everyone) => None,
    };
    html! {
        li {
            a href={ "#" (channel.id) } data-panel=(channel.id) class=[channel.archived.then_some("quiet")] {
                (glyph(channel))
                span.name { (state.workspace.channel_title(channel)) }
                @if let Some(note) = note { span.note { (note) } }
                span.badge data-unread=(channel.id) hidden {}
            }
        }
    }
}

/// `#`, a lock or a dot; words for those who cannot see it.
pub(super) fn glyph(channel: &Channel) -> Markup {
    match channel.kind {
        ChannelKind::Public => html! { span.glyph aria-hidden="true" { "#" } },
        ChannelKind::Private => html! {
            span.glyph {
                svg viewBox="0 0 16 16" width="12" height="12" role="img" aria-label="Private channel" {
                    path d="M4 7V5a4 4 0 0 1 8 0v2h1v7H3V7zm2 0h4V5a2 2 0 0 0-4 0z" fill="currentColor" {}
                }
            }
        },
        ChannelKind::Direct | ChannelKind::GroupDirect => html! { span.glyph aria-hidden="true" { "@" } },
    }
}

fn footer() -> Markup {
    html! {
        footer {
            p.live #live role="status" { span.dot aria-hidden="true" {} span { "Reload to see new messages" } }
            form #clear method="post" action="/sandbox/api/reset" { button.plain type="submit" { "Clear…" } }
        }
    }
}

fn clear_dialog() -> Markup {
    html! {
        dialog #clear-dialog aria-labelledby="clear-title" {
            h2 #clear-title { "Clear the sandbox?" }
            p {
                "All messages, refused calls, faults and direct messages go, and the workspace returns to what it was "
                "at the start. This cannot be undone."
            }
            form method="dialog" {
                button.plain value="keep" autofocus { "Keep" }
                button.danger value="clear" { "Clear everything" }
            }
        }
    }
}
