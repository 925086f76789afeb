//! Pieces of more than one page of connections.

use leadbell_domain::{TokenKind, app_creation_link};
use leptos::prelude::*;

use crate::parts::badge::{Tone, badge};
use crate::parts::view::Erase;
use crate::views::{ConnectionRow, ConnectionState};

/// The state as a badge.
pub(super) fn state(state: ConnectionState) -> AnyView {
    match state {
        ConnectionState::Working => badge(Tone::Good, "Working"),
        ConnectionState::Unchecked => badge(Tone::Idle, "Not checked yet"),
        ConnectionState::Broken => badge(Tone::Warn, "Refused by Slack"),
    }
}

/// "Bot" or "User".
pub(super) fn kind(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Bot => "Bot",
        TokenKind::User => "User",
    }
}

/// How many rules use it, in words.
pub(super) fn rules(row: &ConnectionRow) -> String {
    match (row.rules, row.more_rules) {
        (_, true) => format!("More than {} rules", row.rules),
        (0, _) => "No rules".to_owned(),
        (1, _) => "1 rule".to_owned(),
        (many, _) => format!("{many} rules"),
    }
}

/// How many messages wait, in words; nothing when none do.
pub(super) fn waiting(row: &ConnectionRow) -> Option<String> {
    match row.waiting {
        0 => None,
        1 => Some("1 message waits".to_owned()),
        many => Some(format!("{many} messages wait")),
    }
}

/// The way to a Slack app with everything filled in.
pub(in crate::desk) fn app_link(redirect: Option<&str>) -> AnyView {
    view! {
        <a class="button" href=app_creation_link(redirect) target="_blank" rel="noreferrer">
            "Create the Slack app"
            <span class="visually-hidden">" (opens Slack in a new tab)"</span>
        </a>
    }
    .erase()
}
