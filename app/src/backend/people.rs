//! What pages about people can ask of the server: the administrators' users and keys, and everybody's own account.

use async_trait::async_trait;
use leadbell_domain::{EntityKind, SessionId, UserId};

use crate::error::AppError;
use crate::views::Listing;
use crate::views::people::{
    AccountView, Assignable, Handover, KeyRow, NewKey, UserForm, UserRow, UserSearch, UserView,
};

/// People, for those whose duty they are; `NotFound` for everybody else.
#[async_trait]
pub trait People: Send + Sync {
    /// A page of people.
    async fn users(&self, search: &UserSearch) -> Result<Listing<UserRow>, AppError>;
    /// One person.
    async fn user(&self, id: &UserId) -> Result<UserView, AppError>;
    /// Publishers or buyers to assign: those chosen, and those whose name or id has `q` in it.
    async fn assignable(&self, kind: EntityKind, q: &str, chosen: &[String]) -> Result<Assignable, AppError>;
    /// Adds a person, who gets his password by the link.
    async fn add_user(&self, form: &UserForm) -> Result<Handover, AppError>;
    /// Changes a person.
    async fn change_user(&self, id: &UserId, form: &UserForm) -> Result<(), AppError>;
    /// Lets a person log in, or no more; gives his name.
    async fn switch_user(&self, id: &UserId, active: bool) -> Result<String, AppError>;
    /// Makes a one-time link to choose a password; older ones of the person end.
    async fn hand_over(&self, id: &UserId) -> Result<Handover, AppError>;
}

/// Keys of programs, for those whose duty people are; `NotFound` for everybody else.
#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// All API keys.
    async fn api_keys(&self) -> Result<Vec<KeyRow>, AppError>;
    /// Makes an API key.
    async fn add_api_key(&self, name: &str, scopes: &[String]) -> Result<NewKey, AppError>;
    /// Revokes an API key; gives its name.
    async fn revoke_api_key(&self, id: &str) -> Result<String, AppError>;
}

/// Letting people change, for a time, the rules they otherwise only see; for those whose duty people are.
#[async_trait]
pub trait Elevation: Send + Sync {
    /// Lets a person change rules for so many hours; gives his name.
    async fn elevate_user(&self, id: &UserId, hours: u32) -> Result<String, AppError>;
    /// Ends that before its time; gives his name.
    async fn end_elevation(&self, id: &UserId) -> Result<String, AppError>;
}

/// One's own account, for everybody who is logged in; and the way in by a one-time link, for everybody.
#[async_trait]
pub trait Account: Send + Sync {
    /// The account.
    async fn account(&self) -> Result<AccountView, AppError>;
    /// Changes one's own name.
    async fn rename(&self, name: &str) -> Result<(), AppError>;
    /// Changes one's own password, and ends one's other logins.
    async fn change_password(&self, old: &str, new: &str, again: &str) -> Result<(), AppError>;
    /// Ends one of one's own logins; answers whether it was the one at hand.
    async fn end_session(&self, id: &SessionId) -> Result<bool, AppError>;
    /// Ends all of one's other logins; answers how many.
    async fn end_other_sessions(&self) -> Result<u64, AppError>;

    /// The name of the person a one-time link is for. `NotFound` for links that are unknown, used or too old alike.
    async fn link_owner(&self, token: &str) -> Result<String, AppError>;
    /// Chooses a password by a one-time link.
    async fn use_link(&self, token: &str, new: &str, again: &str) -> Result<(), AppError>;
}
