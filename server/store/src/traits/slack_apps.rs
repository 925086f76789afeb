//! Connections that came by "Add to Slack", and tokens that are exchanged for others.

use async_trait::async_trait;
use leadbell_domain::{ConnectionId, SessionId, SlackToken, Timestamp};
use secrecy::SecretString;

use crate::{Connection, ConnectionOwner, Refreshing, Rotation, StoreError};

/// What adding an app by OAuth needs of the store.
#[async_trait]
pub trait SlackApps {
    /// Remembers that somebody went to Slack: what he has to bring back, by its hash, and until when.
    async fn add_oauth_state(
        &self,
        hash: &[u8],
        session: &SessionId,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Whether this login went to Slack with it and it is still worth something; it is worth nothing afterwards.
    async fn take_oauth_state(
        &self,
        hash: &[u8],
        session: &SessionId,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// The owner's connection of this app in this workspace.
    async fn find_app_connection(
        &self,
        owner: &ConnectionOwner,
        team_id: &str,
        app_id: &str,
    ) -> Result<Option<Connection>, StoreError>;
    /// Keeps which app a connection is of, and what its next token is fetched with.
    async fn keep_app(
        &self,
        id: &ConnectionId,
        app_id: Option<&str>,
        rotation: Option<(&SecretString, Timestamp)>,
    ) -> Result<(), StoreError>;
    /// When the token of a connection ends, if it does.
    async fn rotation(&self, id: &ConnectionId) -> Result<Option<Rotation>, StoreError>;
    /// Connections whose token ends before a time, or has ended, and whose next one nobody is fetching.
    async fn ending_tokens(&self, before: Timestamp, now: Timestamp)
    -> Result<Vec<ConnectionId>, StoreError>;
    /// Takes the turn to fetch the next token; `None` when somebody else has it.
    async fn begin_refresh(
        &self,
        id: &ConnectionId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Refreshing>, StoreError>;
    /// Puts the next token in the place of this version of it, and lets what waits go on. False when the connection
    /// has another token by now.
    async fn finish_refresh(
        &self,
        turn: &Refreshing,
        token: &SlackToken,
        rotation: Option<(&SecretString, Timestamp)>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// There will be no next token: the present one serves until it ends.
    async fn give_up_refresh(&self, turn: &Refreshing) -> Result<(), StoreError>;
}
