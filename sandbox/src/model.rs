//! What a pretend workspace is made of: teams, members, channels, tokens.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::mask::mask;

/// A Slack workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// `T…`
    pub id: String,
    /// As people see it.
    pub name: String,
    /// The part before `.slack.com`.
    pub domain: String,
}

/// A person or a bot user of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// `U…` or `W…`
    pub id: String,
    /// The workspace the member belongs to.
    pub team: String,
    /// As people see it.
    pub name: String,
    /// Whether this is the user behind an app.
    #[serde(default)]
    pub is_bot: bool,
    /// Whether the account was switched off.
    #[serde(default)]
    pub deactivated: bool,
}

/// The sort of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Everybody may join.
    Public,
    /// By invitation; invisible to others.
    Private,
    /// Two members.
    Direct,
    /// Three to nine members.
    GroupDirect,
}

/// Who may post in a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posting {
    /// Every member.
    #[default]
    Everyone,
    /// A workspace preference keeps apps out (`restricted_action`).
    Restricted,
    /// Nobody may post (`restricted_action_read_only_channel`).
    ReadOnly,
    /// Replies only (`restricted_action_thread_only_channel`).
    ThreadsOnly,
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// `C…`, `D…` or `G…`
    pub id: String,
    /// The workspace it belongs to.
    pub team: String,
    /// Without the `#`; empty for direct messages.
    pub name: String,
    /// Public, private or direct.
    pub kind: ChannelKind,
    /// Whether it was archived.
    #[serde(default)]
    pub archived: bool,
    /// Who may post.
    #[serde(default)]
    pub posting: Posting,
    /// User ids of those inside, bots included.
    #[serde(default)]
    pub members: BTreeSet<String>,
}

impl Channel {
    /// A public channel without members.
    pub fn public(id: &str, team: &str, name: &str) -> Self {
        Self {
            id: id.into(),
            team: team.into(),
            name: name.into(),
            kind: ChannelKind::Public,
            archived: false,
            posting: Posting::Everyone,
            members: BTreeSet::new(),
        }
    }

    /// A private channel without members.
    pub fn private(id: &str, team: &str, name: &str) -> Self {
        Self {
            kind: ChannelKind::Private,
            ..Self::public(id, team, name)
        }
    }

    /// The same channel with these users inside.
    pub fn with_members(mut self, users: &[&str]) -> Self {
        self.members.extend(users.iter().map(|u| (*u).to_owned()));
        self
    }

    /// Whether it is a direct message, to one or to several.
    pub fn is_direct(&self) -> bool {
        matches!(self.kind, ChannelKind::Direct | ChannelKind::GroupDirect)
    }
}

/// Whether a token speaks for an app or for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// `xoxb-…`
    Bot,
    /// `xoxp-…`
    User,
}

/// Whether Slack still honours a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    /// It works.
    #[default]
    Active,
    /// `token_revoked`
    Revoked,
    /// `account_inactive`
    AccountInactive,
    /// `token_expired`
    Expired,
}

/// A pretend token. `Debug` and JSON show it masked all the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The token itself; masked wherever it is shown.
    #[serde(serialize_with = "masked")]
    pub value: String,
    /// Bot or user.
    pub kind: TokenKind,
    /// The workspace it was installed to.
    pub team: String,
    /// The user it acts as: the bot's user or the person.
    pub user: String,
    /// The app's id, `A…`.
    pub app_id: String,
    /// The app's name, shown over its messages.
    pub app_name: String,
    /// The app's bot id, `B…`.
    pub bot_id: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Whether it still works.
    #[serde(default)]
    pub state: TokenState,
    /// Whether the app's Messages tab is on; without it nobody can be sent a direct message by the bot.
    #[serde(default = "yes")]
    pub messages_tab: bool,
}

impl Token {
    /// An active bot token of an app called Leadbell.
    pub fn bot(value: &str, team: &str, user: &str, scopes: &[&str]) -> Self {
        Self {
            value: value.into(),
            kind: TokenKind::Bot,
            team: team.into(),
            user: user.into(),
            app_id: "A0LEADBEL".into(),
            app_name: "Leadbell".into(),
            bot_id: "B0LEADBEL".into(),
            scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
            state: TokenState::Active,
            messages_tab: true,
        }
    }

    /// An active user token of an app called Leadbell.
    pub fn user(value: &str, team: &str, user: &str, scopes: &[&str]) -> Self {
        Self {
            kind: TokenKind::User,
            ..Self::bot(value, team, user, scopes)
        }
    }

    /// The same token of another app. Slack counts limits per app.
    pub fn of_app(mut self, app_id: &str, bot_id: &str, name: &str) -> Self {
        self.app_id = app_id.into();
        self.bot_id = bot_id.into();
        self.app_name = name.into();
        self
    }

    /// The same token in another state.
    pub fn in_state(mut self, state: TokenState) -> Self {
        self.state = state;
        self
    }

    /// Whether it was granted `scope`.
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|s| s == scope)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("value", &mask(&self.value))
            .field("kind", &self.kind)
            .field("team", &self.team)
            .field("user", &self.user)
            .field("scopes", &self.scopes)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

fn masked<S: Serializer>(value: &str, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&mask(value))
}

fn yes() -> bool {
    true
}
