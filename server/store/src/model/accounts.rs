//! People as administrators list and change them, their logins, and one-time links.

use leadbell_domain::{EntityId, Role, SessionId, Timestamp, UserId};

use super::{ApiKey, User};

/// What stands for the hash of a person's password until he has chosen one. Fits no password.
pub const NO_PASSWORD: &str = "!";

/// How a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserStatus {
    /// May log in.
    Active,
    /// May log in, but has not chosen a password yet.
    Invited,
    /// May not log in.
    Disabled,
}

/// A person with what only administrators are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRecord {
    /// The person.
    pub user: User,
    /// Counts changes, to notice that somebody else made one.
    pub version: i64,
    /// Whether he has chosen a password.
    pub has_password: bool,
    /// When he last logged in.
    pub last_login_at: Option<Timestamp>,
}

impl UserRecord {
    /// How he stands.
    #[must_use]
    pub fn status(&self) -> UserStatus {
        match (self.user.active, self.has_password) {
            (false, _) => UserStatus::Disabled,
            (true, false) => UserStatus::Invited,
            (true, true) => UserStatus::Active,
        }
    }
}

/// Which people to list.
#[derive(Clone, Debug, Default)]
pub struct UserQuery {
    /// Case-insensitive part of name or address; empty for all.
    pub search: String,
    /// Only this role.
    pub role: Option<Role>,
    /// Only those who stand so.
    pub status: Option<UserStatus>,
    /// Rows to skip.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}

/// What an administrator can change of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserChange {
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Role.
    pub role: Role,
    /// Publishers he manages or is.
    pub publishers: Vec<EntityId>,
    /// Buyers he manages.
    pub buyers: Vec<EntityId>,
}

/// A login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSession {
    /// Id.
    pub id: SessionId,
    /// On which device, in words.
    pub device: String,
    /// Since when.
    pub started_at: Timestamp,
    /// Last visit, to some minutes.
    pub seen_at: Timestamp,
}

/// A login to start.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// With a fresh id.
    pub session: UserSession,
    /// Whose.
    pub user: UserId,
    /// The hash that his password was found to fit: if it is another by now, he is not let in.
    pub password_hash: String,
}

/// A one-time link to choose a password.
#[derive(Clone, Debug)]
pub struct PasswordLink {
    /// SHA-256 of its token.
    pub hash: Vec<u8>,
    /// For whom.
    pub user: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
}

/// An API key in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// The key.
    pub key: ApiKey,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
