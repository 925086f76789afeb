//! People as administrators manage them, logins, one-time links, and API keys in lists.

use async_trait::async_trait;
use leadbell_domain::{ApiKeyId, SessionId, Timestamp, UserId};

use crate::{
    ApiKeyRecord, NewSession, Page, PasswordLink, StoreError, User, UserChange, UserQuery, UserRecord,
    UserSession,
};

/// People and their logins.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// A page of people, by name.
    async fn list_users(&self, query: &UserQuery) -> Result<Page<UserRecord>, StoreError>;
    /// One person.
    async fn find_user_record(&self, id: &UserId) -> Result<Option<UserRecord>, StoreError>;
    /// Changes a person; gives him as he was. `Conflict` when the version is another by now, `Taken("email")` when the
    /// address is somebody else's, `LastAdmin` when nobody would be left to manage people.
    async fn update_user(
        &self,
        id: &UserId,
        change: &UserChange,
        expected: Option<i64>,
    ) -> Result<User, StoreError>;
    /// Changes a person's name only; his own to do.
    async fn rename_user(&self, id: &UserId, name: &str) -> Result<(), StoreError>;
    /// Lets a person log in, or no more; then his logins and links end at once. Gives him as he was. `LastAdmin` when
    /// nobody would be left to manage people.
    async fn set_user_active(&self, id: &UserId, active: bool) -> Result<User, StoreError>;
    /// Lets an active person of a role that may be elevated change rules until then, or no more; gives him as he was.
    /// Ends by itself when he gets another role or is disabled. `NotFound` for everybody else.
    async fn elevate_user(&self, id: &UserId, until: Option<Timestamp>) -> Result<User, StoreError>;
    /// Sets a person's password. His links end, and so do his logins but for `keep`.
    async fn set_password(
        &self,
        id: &UserId,
        password_hash: &str,
        keep: Option<&SessionId>,
    ) -> Result<(), StoreError>;

    /// Keeps a one-time link; the person's older ones end. `NotFound` for who may not log in.
    async fn add_password_link(&self, link: &PasswordLink) -> Result<(), StoreError>;
    /// For whom a link is, if it can still be used.
    async fn find_password_link(&self, hash: &[u8], now: Timestamp) -> Result<Option<User>, StoreError>;
    /// Uses a link up: sets the password, ends all logins and links of the person, and gives him. `None` when it can
    /// not be used, or not any more: of two at once, one gets it.
    async fn use_password_link(
        &self,
        hash: &[u8],
        password_hash: &str,
        now: Timestamp,
    ) -> Result<Option<User>, StoreError>;

    /// Starts a login. `NotFound` when he may not log in (any more) or his password is another by now.
    async fn start_session(&self, new: &NewSession) -> Result<(), StoreError>;
    /// Whose login it is, if it has not ended and he may log in.
    async fn session_user(&self, id: &SessionId) -> Result<Option<User>, StoreError>;
    /// Notes a visit.
    async fn touch_session(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError>;
    /// A person's logins with a visit since then, last visited first.
    async fn list_sessions(&self, user: &UserId, since: Timestamp) -> Result<Vec<UserSession>, StoreError>;
    /// Ends one login of a person; `NotFound` when it is none of his.
    async fn end_session(&self, user: &UserId, id: &SessionId) -> Result<(), StoreError>;
    /// Ends a person's logins but for `keep`; answers how many.
    async fn end_other_sessions(&self, user: &UserId, keep: Option<&SessionId>) -> Result<u64, StoreError>;
    /// Forgets logins without a visit since then, and links that have run out by `now`.
    async fn sweep_accounts(&self, since: Timestamp, now: Timestamp) -> Result<(), StoreError>;

    /// All API keys, those in force first, newest first.
    async fn list_api_keys(&self) -> Result<Vec<ApiKeyRecord>, StoreError>;
    /// Revokes an API key; gives it. `NotFound` when there is none in force of this id.
    async fn revoke_api_key(&self, id: &ApiKeyId, now: Timestamp) -> Result<ApiKeyRecord, StoreError>;
}
