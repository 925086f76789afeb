//! Looking after connections: listing them with their use, renaming, replacing and removing them.

use async_trait::async_trait;
use leadbell_domain::{ConnectionId, SlackToken, StoredRule, Timestamp};

use crate::{
    Connection, ConnectionCheck, ConnectionListing, ConnectionOwner, ConnectionQuery, ConnectionScope, Page,
    RuleScopes, StoreError,
};

/// What the pages of connections need of the store.
#[async_trait]
pub trait ConnectionDesk {
    /// A page of connections with their use: broken ones first, then by name.
    async fn page_connections(&self, query: &ConnectionQuery) -> Result<Page<ConnectionListing>, StoreError>;
    /// One connection with its use, if in scope.
    async fn connection_listing(
        &self,
        id: &ConnectionId,
        scope: &ConnectionScope,
        rules: &RuleScopes,
    ) -> Result<Option<ConnectionListing>, StoreError>;
    /// Rules that use a connection, of those in these scopes: newest first, so many of each level at most.
    async fn connection_rules(
        &self,
        id: &ConnectionId,
        rules: &RuleScopes,
        limit: i64,
    ) -> Result<Vec<StoredRule>, StoreError>;
    /// The names of an owner's connections, without this one's.
    async fn connection_names(
        &self,
        owner: &ConnectionOwner,
        except: Option<&ConnectionId>,
    ) -> Result<Vec<String>, StoreError>;
    /// Gives a connection another name.
    async fn rename_connection(
        &self,
        id: &ConnectionId,
        scope: &ConnectionScope,
        name: &str,
    ) -> Result<(), StoreError>;
    /// Gives a connection another token, with what Slack says about it; whatever waits for the connection goes on.
    /// `Taken("auth_token")` when another connection of the same owner has it.
    async fn replace_token(
        &self,
        id: &ConnectionId,
        scope: &ConnectionScope,
        token: &SlackToken,
        check: &ConnectionCheck,
    ) -> Result<(), StoreError>;
    /// Forgets a connection's token and hides it. `Conflict` while a rule uses it or a message waits for it.
    async fn remove_connection(
        &self,
        id: &ConnectionId,
        scope: &ConnectionScope,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// The broken connections in scope that active rules use or messages wait for, longest broken first.
    async fn broken_connections(
        &self,
        scope: &ConnectionScope,
        limit: i64,
    ) -> Result<Vec<Connection>, StoreError>;
    /// How many connections are broken.
    async fn count_broken_connections(&self) -> Result<i64, StoreError>;
}
