//! Slack connections: adding, renaming, checking, replacing and removing them. The one way for pages and REST alike.
//!
//! A token goes in and never comes out: answers, logs and errors name a connection by its id, name or hint.

mod keep;
mod oauth;
mod place;
mod renew;

use leadbell_domain::{
    AuditAction, ConnectionId, FieldErrors, SlackToken, TokenKind, Verb, Viewer, explain, needed_scopes,
};
use leadbell_store::{
    Connection, ConnectionCheck, ConnectionOwner, ConnectionScope, ConnectionStatus, StoreError,
};

use crate::access::connections_within;
use crate::actor::Caller;
use crate::audit::{self, Line};
use crate::rules::RuleError;
use crate::state::AppState;

pub use keep::{Kept, keep, keep_token};
pub use oauth::{Brought, NotAdded, begin, finish, return_address};
pub use place::{PlaceReport, Reach, look};
pub use renew::refresh_due;

/// Longest name, in characters.
pub const MAX_NAME: usize = 80;

/// What is to become of a connection.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Another name.
    pub name: Option<String>,
    /// Another token.
    pub token: Option<SlackToken>,
    /// The token may be of another workspace.
    pub other_workspace: bool,
}

/// What a look at Slack came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// Slack knows the token, and it may post.
    Fine,
    /// Slack refuses it: the code.
    Refused(String),
    /// Slack could not be asked; what was known stays.
    NotReached,
}

/// The connection, if the viewer may do this with it.
pub async fn permitted(
    state: &AppState,
    viewer: &Viewer,
    id: &ConnectionId,
    verb: Verb,
) -> Result<Connection, RuleError> {
    let find = async |verb| {
        state
            .store
            .find_connection(id, &connections_within(viewer, verb))
            .await
    };
    if let Some(found) = find(verb).await? {
        return Ok(found);
    }
    // Whoever may look learns that he may not change; anybody else learns nothing.
    if verb == Verb::Manage && find(Verb::View).await?.is_some() {
        return Err(RuleError::Forbidden);
    }
    Err(RuleError::NotFound)
}

/// Whose a token is that this viewer adds by itself, outside any rule; `None` when he may add none.
#[must_use]
pub fn owner_of_new(viewer: &Viewer) -> Option<ConnectionOwner> {
    match connections_within(viewer, Verb::Manage) {
        ConnectionScope::Nothing => None,
        ConnectionScope::Publishers(own) => own.first().cloned().map(ConnectionOwner::Publisher),
        ConnectionScope::All | ConnectionScope::House(_) => Some(ConnectionOwner::Staff),
    }
}

/// Adds a connection. `auth_token` and `name` are the fields of complaints.
pub async fn add(state: &AppState, caller: &Caller, name: &str, token: &str) -> Result<Kept, RuleError> {
    let owner = owner_of_new(caller).ok_or(RuleError::Forbidden)?;
    let mut errors = FieldErrors::new();
    let token = errors.keep("auth_token", SlackToken::parse(token));
    let name = name.trim();
    if !name.is_empty() {
        errors.keep("name", usable_name(name));
        if is_taken(state, &owner, None, name).await? {
            errors.add("name", TAKEN);
        }
    }
    match token {
        Some(token) if errors.is_empty() => {
            keep(
                state,
                &caller.actor,
                owner,
                &token,
                Some(name).filter(|name| !name.is_empty()),
                "auth_token",
            )
            .await
        }
        _ => Err(RuleError::Fields(errors)),
    }
}

const TAKEN: &str = "Another connection has this name already. Choose one that tells them apart.";

fn usable_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("Give it a name by which people choose it.".to_owned());
    }
    if name.chars().count() > MAX_NAME {
        return Err(format!("A name has {MAX_NAME} characters at most."));
    }
    if name.chars().any(char::is_control) {
        return Err("A name is one line of text.".to_owned());
    }
    // Somebody pastes the token into the wrong field: it must not become visible.
    if SlackToken::parse(name).is_ok() {
        return Err(
            "This is a token. Give the connection a name; the token has a field of its own.".to_owned(),
        );
    }
    Ok(())
}

async fn is_taken(
    state: &AppState,
    owner: &ConnectionOwner,
    except: Option<&ConnectionId>,
    name: &str,
) -> Result<bool, RuleError> {
    let names = state.store.connection_names(owner, except).await?;
    let wanted = name.to_lowercase();
    Ok(names.iter().any(|name| name.to_lowercase() == wanted))
}

/// Changes a connection: its name, its token, or both, or neither of them when one can't be used.
pub async fn change(
    state: &AppState,
    caller: &Caller,
    id: &ConnectionId,
    change: &Change,
) -> Result<Connection, RuleError> {
    let found = permitted(state, caller, id, Verb::Manage).await?;
    let scope = connections_within(caller, Verb::Manage);
    let mut errors = FieldErrors::new();
    let name = change.name.as_deref().map(str::trim);
    if let Some(name) = name {
        errors.keep("name", usable_name(name));
        if is_taken(state, &found.owner, Some(id), name).await? {
            errors.add("name", TAKEN);
        }
    }
    let mut check = None;
    if let Some(token) = &change.token {
        match check_replacement(state, caller, &found, token, change.other_workspace).await {
            Ok(checked) => check = Some(checked),
            Err(complaint) => errors.0.extend(complaint.0),
        }
    }
    if !errors.is_empty() {
        return Err(RuleError::Fields(errors));
    }
    if let (Some(token), Some(check)) = (&change.token, &check) {
        match state.store.replace_token(id, &scope, token, check).await {
            Err(StoreError::Taken(_)) => {
                let message = "This token is saved already, as another connection.";
                return Err(RuleError::Fields(FieldErrors::one("auth_token", message)));
            }
            other => other?,
        }
        tracing::info!(connection = %id, by = %caller.actor, "a Slack token is replaced");
        state.wake.wake();
    }
    if let Some(name) = name {
        state.store.rename_connection(id, &scope, name).await?;
    }
    let now = permitted(state, caller, id, Verb::View).await?;
    let differences = [
        audit::changed("Name", &found.name, &now.name),
        audit::changed("Token", &found.hint, &now.hint),
        audit::changed(
            "Workspace",
            found.team.as_deref().unwrap_or_default(),
            now.team.as_deref().unwrap_or_default(),
        ),
    ];
    let detail: Vec<String> = differences.into_iter().flatten().collect();
    if !detail.is_empty() {
        let line = Line::connection(AuditAction::ConnectionChanged, &now).detail(detail.join(" · "));
        audit::record(&*state.store, &caller.actor, state.clock.now_ms(), line).await;
    }
    Ok(now)
}

/// What Slack says about a token that is to replace another, if it may.
async fn check_replacement(
    state: &AppState,
    caller: &Caller,
    found: &Connection,
    token: &SlackToken,
    other_workspace: bool,
) -> Result<ConnectionCheck, FieldErrors> {
    let refuse = |message: String| Err(FieldErrors::one("auth_token", message));
    let check = for_sending(state.slack.check_connection(token, state.clock.now_ms()).await);
    match (check.status, check.error.as_deref()) {
        (ConnectionStatus::Ok, _) => {}
        (ConnectionStatus::Broken, code) => return refuse(refusal(code.unwrap_or_default(), token.kind())),
        (ConnectionStatus::Unchecked, _) => {
            return refuse(
                "Slack could not be reached, so the new token can't be checked. The present one stays. Try again in a moment."
                    .to_owned(),
            );
        }
    }
    if let (Some(old), Some(new)) = (&found.team_id, &check.team_id)
        && old != new
    {
        if !caller.may_move_connections() {
            return refuse(
                "This token is of another workspace. Only an administrator may lead a connection to another workspace."
                    .to_owned(),
            );
        }
        if !other_workspace {
            let name = |team: &Option<String>| team.clone().unwrap_or_else(|| "another workspace".to_owned());
            let message = format!(
                "This token is of “{}”, the present one of “{}”. Channels and people have other IDs there, so the rules \
                 that use this connection would have to be changed, too. Tick the box if you mean it.",
                name(&check.team),
                name(&found.team),
            );
            return Err(FieldErrors::one("other_workspace", message));
        }
    }
    Ok(check)
}

/// A token that may not post is of no use, whatever else Slack says about it.
fn for_sending(mut check: ConnectionCheck) -> ConnectionCheck {
    let may_post = check.scopes.is_empty() || check.scopes.iter().any(|scope| scope == "chat:write");
    if check.status == ConnectionStatus::Ok && !may_post {
        check.status = ConnectionStatus::Broken;
        check.error = Some("missing_scope".to_owned());
    }
    check
}

/// Why a pasted token is not taken, in a sentence or two.
fn refusal(code: &str, kind: TokenKind) -> String {
    if code == "missing_scope" {
        return format!(
            "This token lacks the scope chat:write, without which nothing can be posted. Add it under OAuth & Permissions \
             → {}, reinstall the app and use the new token.",
            kind.scope_heading()
        );
    }
    let what = match code {
        "token_revoked" | "account_inactive" => {
            "The app was removed or its owner deactivated: install it again and copy the new token."
        }
        "token_expired" => "It has expired: copy a fresh one from OAuth & Permissions.",
        _ => "Copy it again from OAuth & Permissions in your Slack app.",
    };
    format!("Slack does not accept this token ({code}). {what}")
}

/// Asks Slack about the token of a connection, and records the answer. A good one lets what waits go on.
pub async fn check(state: &AppState, caller: &Caller, id: &ConnectionId) -> Result<Checked, RuleError> {
    permitted(state, caller, id, Verb::Manage).await?;
    let token = state.store.connection_token(id).await?;
    let check = for_sending(state.slack.check_connection(&token, state.clock.now_ms()).await);
    if check.status == ConnectionStatus::Unchecked {
        return Ok(Checked::NotReached);
    }
    // Somebody may have replaced it meanwhile: then the answer is about nothing any more.
    if state.store.connection_token(id).await? == token {
        state.store.record_connection_check(id, &check).await?;
    }
    state.wake.wake();
    tracing::info!(connection = %id, by = %caller.actor, status = check.status.key(), "a connection is checked");
    Ok(match check.status {
        ConnectionStatus::Broken => Checked::Refused(check.error.unwrap_or_default()),
        _ => Checked::Fine,
    })
}

/// Removes a connection. `Conflict` while a rule uses it or a message waits for it.
pub async fn remove(state: &AppState, caller: &Caller, id: &ConnectionId) -> Result<(), RuleError> {
    let found = permitted(state, caller, id, Verb::Manage).await?;
    let scope = connections_within(caller, Verb::Manage);
    let now = state.clock.now_ms();
    state.store.remove_connection(id, &scope, now).await?;
    let line = Line::connection(AuditAction::ConnectionRemoved, &found);
    audit::record(&*state.store, &caller.actor, now, line).await;
    tracing::info!(connection = %id, by = %caller.actor, "a connection is removed");
    Ok(())
}

/// What is wrong with a connection, in a sentence; `None` when nothing is.
#[must_use]
pub fn trouble(connection: &Connection) -> Option<&'static str> {
    (connection.status == ConnectionStatus::Broken)
        .then(|| explain(connection.last_error.as_deref().unwrap_or("invalid_auth")).means)
}

/// The scopes that a connection is known to lack for something that rules do, with what each is for.
#[must_use]
pub fn missing_scopes(connection: &Connection) -> Vec<leadbell_domain::ScopeNeed> {
    if connection.scopes.is_empty() {
        return Vec::new();
    }
    needed_scopes(connection.kind)
        .iter()
        .filter(|need| !connection.scopes.iter().any(|scope| scope == need.scope))
        .copied()
        .collect()
}
