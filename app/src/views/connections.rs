//! Slack connections as pages show them. No token is in any of it.

use leadbell_domain::{EntityId, Level, SecretText, Timestamp, TokenKind};
use serde::{Deserialize, Serialize};

use super::Listing;

/// Something everybody concerned has to know at once, with the page that mends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// A sentence or two.
    pub text: String,
    /// Where to go.
    pub href: String,
}

/// How a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// Slack knows the token.
    Working,
    /// Slack could not be asked yet.
    Unchecked,
    /// Slack refuses it; its messages wait.
    Broken,
}

/// A connection in a list and at the head of its page.
#[derive(Clone, Debug)]
pub struct ConnectionRow {
    /// Id, for addresses.
    pub id: String,
    /// Name by which people choose it.
    pub name: String,
    /// Workspace.
    pub team: Option<String>,
    /// Who messages appear from.
    pub sender: Option<String>,
    /// Bot or user.
    pub kind: TokenKind,
    /// Prefix and last four characters of the token.
    pub hint: String,
    /// How it stands.
    pub state: ConnectionState,
    /// What is wrong, as a sentence, and what to do.
    pub trouble: Option<(&'static str, &'static str)>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Messages that wait for it.
    pub waiting: i64,
    /// Rules that use it, as far as the viewer may see them.
    pub rules: i64,
    /// There are more rules than were counted.
    pub more_rules: bool,
    /// Last check.
    pub checked_at: Option<Timestamp>,
    /// Whose it is: a publisher's name, `None` for the house.
    pub owner: Option<String>,
}

/// Search and paging of the list; the address of the page holds the same.
#[derive(Clone, Debug, Default)]
pub struct ConnectionSearch {
    /// Part of name, workspace, sender or hint.
    pub q: String,
    /// Only those that Slack refuses.
    pub only_broken: bool,
    /// Page, from 1; 0 counts as 1.
    pub page: u32,
}

/// The list of connections.
#[derive(Clone, Debug)]
pub struct ConnectionList {
    /// The rows.
    pub listing: Listing<ConnectionRow>,
    /// Whether the viewer may add and change connections.
    pub can_manage: bool,
}

/// A rule that uses a connection.
#[derive(Clone, Debug)]
pub struct ConnectionRule {
    /// Number.
    pub number: i64,
    /// Name; may be empty.
    pub name: String,
    /// Its trigger in words.
    pub trigger: String,
    /// Where it sends to: "# C0SALES01".
    pub destination: String,
    /// Whether it is active.
    pub active: bool,
    /// Where it lives.
    pub place: (Level, EntityId),
}

/// A scope and whether the token has it.
#[derive(Clone, Debug)]
pub struct ScopeRow {
    /// Slack's name of it.
    pub scope: &'static str,
    /// What it is for.
    pub why: &'static str,
    /// Granted, lacking, or not known.
    pub granted: Option<bool>,
}

/// Everything about one connection.
#[derive(Clone, Debug)]
pub struct ConnectionView {
    /// The connection.
    pub row: ConnectionRow,
    /// Scopes that sending needs.
    pub scopes: Vec<ScopeRow>,
    /// Scopes granted beyond those.
    pub other_scopes: Vec<String>,
    /// The newest rules that use it.
    pub rules: Vec<ConnectionRule>,
    /// Whether the viewer may change it.
    pub can_manage: bool,
    /// Whether the viewer may lead it to another workspace.
    pub can_move: bool,
    /// When it was added.
    pub created_at: Timestamp,
}

/// What a connection is to become.
#[derive(Clone, Debug, Default)]
pub struct ConnectionChange {
    /// Another name.
    pub name: Option<String>,
    /// Another token, as pasted.
    pub token: Option<SecretText>,
    /// The token may be of another workspace.
    pub other_workspace: bool,
}
