//! People, their logins and keys, as desk pages show and send them.

use leadbell_domain::{Role, SessionId, Timestamp, UserId};

use super::Choice;

/// Search, filters and paging of the list of people; the address of the page holds the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserSearch {
    /// Part of a name or address.
    pub q: String,
    /// A role's key; empty for all.
    pub role: String,
    /// `active`, `invited`, `disabled` or empty for all.
    pub status: String,
    /// Page, from 1; 0 counts as 1.
    pub page: u32,
}

/// How a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserState {
    /// May log in.
    Active,
    /// May log in once he has chosen a password.
    Invited,
    /// May not log in.
    Disabled,
}

impl UserState {
    /// Every state.
    pub const ALL: [UserState; 3] = [UserState::Active, UserState::Invited, UserState::Disabled];

    /// The name in addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            UserState::Active => "active",
            UserState::Invited => "invited",
            UserState::Disabled => "disabled",
        }
    }

    /// The name shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            UserState::Active => "Active",
            UserState::Invited => "Invited",
            UserState::Disabled => "Disabled",
        }
    }

    /// The state of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<UserState> {
        UserState::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// A person in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Id.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Role.
    pub role: Role,
    /// How he stands.
    pub state: UserState,
    /// Names of the publishers and buyers he is or manages, as far as his role uses them.
    pub manages: Vec<String>,
    /// When he last logged in.
    pub last_login_at: Option<Timestamp>,
}

/// A person as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserForm {
    /// Name.
    pub name: String,
    /// E-mail address.
    pub address: String,
    /// A role's key.
    pub role: String,
    /// Ids of publishers.
    pub publishers: Vec<String>,
    /// Ids of buyers.
    pub buyers: Vec<String>,
    /// The version that the editor saw.
    pub version: i64,
}

/// A person to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// Id.
    pub id: UserId,
    /// What is stored.
    pub form: UserForm,
    /// How he stands.
    pub state: UserState,
    /// When he was added.
    pub created_at: Timestamp,
    /// When he last logged in.
    pub last_login_at: Option<Timestamp>,
    /// Until when he may change the rules he otherwise only sees, if that is still to come.
    pub manages_until: Option<Timestamp>,
    /// Whether it is the viewer himself.
    pub own: bool,
}

/// Publishers or buyers to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignable {
    /// Those chosen already.
    pub chosen: Vec<Choice>,
    /// Others that were found.
    pub found: Vec<Choice>,
    /// How many more there are of those that were found.
    pub more: i64,
}

/// A one-time link to be handed over to a person, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Handover {
    /// For whom.
    pub id: UserId,
    /// His name.
    pub name: String,
    /// The link. A secret.
    pub link: String,
    /// Until when it can be used.
    pub until: Timestamp,
}

/// An API key in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A new API key, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct NewKey {
    /// What it is for.
    pub name: String,
    /// The key. A secret.
    pub key: String,
}

/// One's own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Role.
    pub role: Role,
    /// Until when he may change the rules he otherwise only sees, if that is still to come.
    pub manages_until: Option<Timestamp>,
    /// Logins, last visited first.
    pub sessions: Vec<SessionRow>,
}

/// A login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Id.
    pub id: SessionId,
    /// On which device, in words.
    pub device: String,
    /// Since when.
    pub started_at: Timestamp,
    /// Last visit.
    pub seen_at: Timestamp,
    /// Whether it is the one at hand.
    pub this: bool,
}
