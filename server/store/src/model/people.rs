//! People who can log in, and keys for programs.

use leadbell_domain::{ApiKeyId, EntityId, Role, Timestamp, UserId};

/// A person who can log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// E-mail address, lower case, unique.
    pub email: String,
    /// Name shown to colleagues.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Publishers this person manages or is.
    pub publishers: Vec<EntityId>,
    /// Buyers this person manages.
    pub buyers: Vec<EntityId>,
    /// Whether logging in is allowed.
    pub active: bool,
    /// Until when this person may change the rules he otherwise only sees, UTC milliseconds.
    pub manages_until: Option<Timestamp>,
    /// UTC milliseconds.
    pub created_at: Timestamp,
}

/// A user to add.
#[derive(Clone)]
pub struct NewUser {
    /// The person, with a fresh id.
    pub user: User,
    /// argon2id hash in PHC form.
    pub password_hash: String,
}

/// An API key as stored: never the key itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Id.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// First characters, to tell keys apart: `lbk_ab12`.
    pub prefix: String,
    /// What it may do: `ingest`, `catalog`, `rules`, `read`.
    pub scopes: Vec<String>,
    /// UTC milliseconds.
    pub created_at: Timestamp,
}
