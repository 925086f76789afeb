//! Slack tokens as everybody may see them, and as they are added.

use leadbell_domain::{ConnectionId, EntityId, Level, Scope, SlackToken, Timestamp, TokenKind};

/// What the last check with Slack said about a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// Slack knows the token.
    Ok,
    /// Not checked yet, or Slack could not be reached.
    Unchecked,
    /// Slack refuses it.
    Broken,
}

impl ConnectionStatus {
    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            ConnectionStatus::Ok => "ok",
            ConnectionStatus::Unchecked => "unchecked",
            ConnectionStatus::Broken => "broken",
        }
    }

    /// The status of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Ok, Self::Unchecked, Self::Broken]
            .into_iter()
            .find(|status| status.key() == key)
    }
}

/// Whose a connection is: staff share theirs, a publisher's are his own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionOwner {
    /// Of the house; publishers' logins never see it.
    Staff,
    /// Of one publisher; his login and staff see it.
    Publisher(EntityId),
}

/// Whose connections a lookup may find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionScope {
    /// All of them.
    All,
    /// Those of the house, and those of these publishers.
    House(Vec<EntityId>),
    /// Those of these publishers only.
    Publishers(Vec<EntityId>),
    /// None.
    Nothing,
}

/// A Slack token as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Id.
    pub id: ConnectionId,
    /// Name, such as the workspace and app: "Leadbell Demo · salesbot".
    pub name: String,
    /// Whose it is.
    pub owner: ConnectionOwner,
    /// Bot or user.
    pub kind: TokenKind,
    /// Prefix and last four characters of the token.
    pub hint: String,
    /// Workspace name, as Slack's `auth.test` says.
    pub team: Option<String>,
    /// Workspace id.
    pub team_id: Option<String>,
    /// Name the messages appear under.
    pub user_name: Option<String>,
    /// Scopes granted, from `x-oauth-scopes`.
    pub scopes: Vec<String>,
    /// What the last check said.
    pub status: ConnectionStatus,
    /// Slack's error code of the last check.
    pub last_error: Option<String>,
    /// Since when Slack refuses it, UTC milliseconds; `None` while it does not. Its messages wait meanwhile.
    pub broken_since: Option<Timestamp>,
    /// UTC milliseconds.
    pub created_at: Timestamp,
    /// Last check, UTC milliseconds.
    pub checked_at: Option<Timestamp>,
}

/// A connection to add, with its token. `Debug` shows the token's hint only.
#[derive(Clone, Debug)]
pub struct NewConnection {
    /// The connection; `hint` and `kind` are taken from the token.
    pub connection: Connection,
    /// The token, encrypted by the store before it is written.
    pub token: SlackToken,
}

/// What a check with Slack found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionCheck {
    /// The verdict.
    pub status: ConnectionStatus,
    /// Slack's error code.
    pub error: Option<String>,
    /// Workspace name.
    pub team: Option<String>,
    /// Workspace id.
    pub team_id: Option<String>,
    /// Name the messages appear under.
    pub user_name: Option<String>,
    /// Scopes granted.
    pub scopes: Vec<String>,
    /// When, UTC milliseconds.
    pub checked_at: Timestamp,
}

/// Which rules somebody may see, level by level.
pub type RuleScopes = Vec<(Level, Scope)>;

/// Which connections to list: broken ones first, then by name.
#[derive(Clone, Debug)]
pub struct ConnectionQuery {
    /// Whose.
    pub scope: ConnectionScope,
    /// Part of name, workspace, sender or hint.
    pub search: String,
    /// Only this status.
    pub status: Option<ConnectionStatus>,
    /// The rules that are counted.
    pub rules: RuleScopes,
    /// Rows to skip.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}

/// A connection with what it is used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionListing {
    /// The connection.
    pub connection: Connection,
    /// Rules that use it, of those that were to be counted; per level no more than [`MOST_RULES`] are.
    pub rules: i64,
    /// Messages of such rules that wait for it; no more than [`MOST_WAITING`] are counted.
    pub waiting: i64,
}

/// Rules of one level are counted up to here: beyond, a list says "more than".
pub const MOST_RULES: i64 = 1_000;
/// Waiting messages are counted up to here.
pub const MOST_WAITING: i64 = 100_000;
