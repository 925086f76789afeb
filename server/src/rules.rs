//! Saving, switching and deleting rules: the one way for pages and REST alike. Every change is in force when the call
//! returns.

use leadbell_domain::{
    ConnectionChoice, ConnectionId, DraftContext, Entity, EntityId, EntityKind, FieldErrors, Level,
    ParsedRule, Role, RuleDraft, RuleId, RuleStatus, Scope, SlackToken, StoredRule, Target, TokenKind, Verb,
    Viewer, may_show_personal_data,
};
use leadbell_store::{
    Connection, ConnectionCheck, ConnectionOwner, ConnectionScope, ConnectionStatus, NewConnection,
    StoreError,
};

use crate::access::{check_filter_values, connection_owner, connection_scope};
use crate::actor::{Actor, Caller};
use crate::adjacent;
use crate::ids::Fresh;
use crate::state::AppState;

/// Why a rule was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// Not there, or not for this viewer.
    #[error("not found")]
    NotFound,
    /// May be seen but not changed.
    #[error("forbidden")]
    Forbidden,
    /// Complaints at fields.
    #[error("{0}")]
    Fields(FieldErrors),
    /// Changed by somebody else since.
    #[error("conflict")]
    Conflict,
    /// Anything else.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for RuleError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => RuleError::NotFound,
            StoreError::Conflict => RuleError::Conflict,
            other => RuleError::Store(other),
        }
    }
}

/// A rule that was saved.
#[derive(Debug)]
pub struct Saved {
    /// As it is now.
    pub rule: StoredRule,
    /// Something worth knowing about it.
    pub note: Option<String>,
}

/// A rule to be replaced, and the version its editor saw (any, if he did not say).
#[derive(Debug)]
pub struct Editing<'a> {
    /// Which.
    pub id: &'a RuleId,
    /// The version seen.
    pub version: Option<i64>,
}

/// The entity, if the viewer may do this with its rules.
pub async fn permitted_entity(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    id: &EntityId,
    verb: Verb,
) -> Result<Entity, RuleError> {
    let kind = EntityKind::from(level);
    if let Some(entity) = state
        .store
        .find_entity(kind, id, &viewer.scope(level, verb))
        .await?
    {
        return Ok(entity);
    }
    // Whoever may look learns that he may not change; anybody else learns nothing.
    if verb == Verb::Manage
        && state
            .store
            .find_entity(kind, id, &viewer.scope(level, Verb::View))
            .await?
            .is_some()
    {
        return Err(RuleError::Forbidden);
    }
    Err(RuleError::NotFound)
}

/// The rule, if the viewer may do this with it.
pub async fn permitted_rule(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    id: &RuleId,
    verb: Verb,
) -> Result<StoredRule, RuleError> {
    if let Some(rule) = state
        .store
        .find_rule(id, level, &viewer.scope(level, verb))
        .await?
    {
        return Ok(rule);
    }
    if verb == Verb::Manage
        && state
            .store
            .find_rule(id, level, &viewer.scope(level, Verb::View))
            .await?
            .is_some()
    {
        return Err(RuleError::Forbidden);
    }
    Err(RuleError::NotFound)
}

/// The role that decides which filters a rule may use. On a publisher's rule it is the publisher's own, whoever
/// writes it: he can read it.
fn writer_role(viewer: &Viewer, level: Level) -> Role {
    if level == Level::Publisher {
        Role::Publisher
    } else {
        viewer.role
    }
}

/// Adds a rule, or replaces one.
pub async fn save(
    state: &AppState,
    viewer: &Caller,
    level: Level,
    entity_id: &EntityId,
    editing: Option<Editing<'_>>,
    draft: &RuleDraft,
) -> Result<Saved, RuleError> {
    let entity = permitted_entity(state, viewer, level, entity_id, Verb::Manage).await?;
    let before = match &editing {
        Some(editing) => {
            let rule = permitted_rule(state, viewer, level, editing.id, Verb::Manage).await?;
            if rule.rule.entity != *entity_id {
                return Err(RuleError::NotFound);
            }
            Some(rule)
        }
        None => None,
    };
    let context = DraftContext {
        role: writer_role(viewer, level),
        level,
        entity: entity_id,
        platform: entity.platform,
        may_show_personal_data: may_show_personal_data(viewer.role),
    };
    let parsed = draft.parse(&context).map_err(RuleError::Fields)?;
    // A publisher serves both platforms, and so would a rule of his: the writer's own bounds count there.
    if let Scope::Platform(platform) = viewer.scope(level, Verb::Manage)
        && parsed.trigger().platform() != platform
    {
        let message = format!("You may make rules of {} only.", platform.label());
        return Err(RuleError::Fields(FieldErrors::one("trigger", message)));
    }
    let complaints = check_filter_values(&*state.store, viewer, level, entity_id, parsed.filters()).await?;
    if !complaints.is_empty() {
        return Err(RuleError::Fields(complaints));
    }
    if let Some(complaint) = unknown_preset(&parsed) {
        return Err(RuleError::Fields(complaint));
    }
    let (connection, note) = match &parsed.connection {
        ConnectionChoice::Saved(id) => {
            let kept = before
                .as_ref()
                .is_some_and(|before| before.rule.action.connection == *id);
            // A rule made by staff keeps their connection when the publisher edits it.
            let scope = if kept {
                ConnectionScope::All
            } else {
                connection_scope(viewer)
            };
            let found = state.store.find_connection(id, &scope).await?.ok_or_else(|| {
                RuleError::Fields(FieldErrors::one(
                    "action.connection_id",
                    "Choose a saved connection from the list.",
                ))
            })?;
            (found, None)
        }
        ConnectionChoice::Pasted(token) => {
            keep_token(state, &viewer.actor, connection_owner(viewer, entity_id), token).await?
        }
    };
    if let Some(complaint) = missing_scope(&connection, parsed.target()) {
        return Err(RuleError::Fields(complaint));
    }
    let rule = parsed.with_connection(connection.id);
    let now = state.clock.now_ms();
    let stored = match editing {
        Some(Editing { id, version }) => {
            state
                .store
                .update_rule(
                    id,
                    &rule,
                    &viewer.scope(level, Verb::Manage),
                    version,
                    &viewer.actor,
                    now,
                )
                .await?
        }
        None => {
            state
                .store
                .insert_rule(&RuleId::fresh(), &rule, &viewer.actor, now)
                .await?
        }
    };
    state.rules.refresh(&*state.store).await?;
    let double = adjacent::remark(state, viewer, &stored).await?;
    let note = match (note, double) {
        (Some(note), Some(double)) => Some(format!("{note} {double}")),
        (note, double) => note.or(double),
    };
    Ok(Saved { rule: stored, note })
}

/// There are no presets to follow yet, so none can be named.
fn unknown_preset(parsed: &ParsedRule) -> Option<FieldErrors> {
    parsed
        .preset()
        .map(|_| FieldErrors::one("preset_id", "There is no such preset."))
}

/// Enables or disables a rule.
pub async fn set_status(
    state: &AppState,
    viewer: &Caller,
    level: Level,
    id: &RuleId,
    status: RuleStatus,
) -> Result<StoredRule, RuleError> {
    permitted_rule(state, viewer, level, id, Verb::Manage).await?;
    let scope = viewer.scope(level, Verb::Manage);
    let rule = state
        .store
        .set_rule_status(id, level, &scope, status, &viewer.actor, state.clock.now_ms())
        .await?;
    state.rules.refresh(&*state.store).await?;
    Ok(rule)
}

/// Deletes a rule; what it has sent stays in the log. Answers what it was, with the version that its deletion is.
pub async fn delete(
    state: &AppState,
    viewer: &Caller,
    level: Level,
    id: &RuleId,
    expected: Option<i64>,
) -> Result<StoredRule, RuleError> {
    permitted_rule(state, viewer, level, id, Verb::Manage).await?;
    let scope = viewer.scope(level, Verb::Manage);
    let deleted = state
        .store
        .delete_rule(id, level, &scope, expected, &viewer.actor, state.clock.now_ms())
        .await?;
    state.rules.refresh(&*state.store).await?;
    Ok(deleted)
}

/// Asks Slack about a pasted token and keeps it. A token that Slack refuses is a complaint at its field; when Slack
/// can't be asked, the token is kept unchecked and the note says so.
pub async fn keep_token(
    state: &AppState,
    by: &Actor,
    owner: ConnectionOwner,
    token: &SlackToken,
) -> Result<(Connection, Option<String>), RuleError> {
    let now = state.clock.now_ms();
    let check = state.slack.check_connection(token, now).await;
    if check.status == ConnectionStatus::Broken {
        let code = check.error.as_deref().unwrap_or("unknown");
        let message = format!(
            "Slack does not accept this token ({code}). {}",
            token_advice(code)
        );
        return Err(RuleError::Fields(FieldErrors::one("action.auth_token", message)));
    }
    let note = (check.status == ConnectionStatus::Unchecked)
        .then(|| "Slack could not be reached, so the token is not checked yet.".to_owned());
    let new = NewConnection {
        connection: Connection {
            id: ConnectionId::fresh(),
            name: connection_name(&check, token),
            owner,
            kind: token.kind(),
            hint: token.hint(),
            team: check.team.clone(),
            team_id: check.team_id.clone(),
            user_name: check.user_name.clone(),
            scopes: check.scopes.clone(),
            status: check.status,
            last_error: check.error.clone(),
            created_at: now,
            checked_at: Some(now),
        },
        token: token.clone(),
    };
    let mut kept = state.store.insert_connection(&new).await?;
    // The same token may have been stored long ago; what Slack says now counts.
    if check.status == ConnectionStatus::Ok {
        state.store.record_connection_check(&kept.id, &check).await?;
        kept.scopes.clone_from(&check.scopes);
        kept.status = check.status;
    }
    tracing::info!(connection = %kept.id, %by, "a Slack token is kept");
    Ok((kept, note))
}

fn connection_name(check: &ConnectionCheck, token: &SlackToken) -> String {
    match (&check.team, &check.user_name) {
        (Some(team), Some(user)) => format!("{team} · {user}"),
        (Some(team), None) => team.clone(),
        _ => format!("Slack {} {}", token.kind().key(), token.hint()),
    }
}

fn token_advice(code: &str) -> &'static str {
    match code {
        "token_revoked" | "account_inactive" => {
            "The app was removed or its owner deactivated: install it again and copy the new token."
        }
        "token_expired" => "It has expired: copy a fresh one from OAuth & Permissions.",
        _ => "Copy it again from OAuth & Permissions in your Slack app.",
    }
}

/// The scope a target needs and the token is known to lack. Nothing is known of unchecked tokens.
fn missing_scope(connection: &Connection, target: &Target) -> Option<FieldErrors> {
    if connection.scopes.is_empty() {
        return None;
    }
    let has = |scope: &str| connection.scopes.iter().any(|granted| granted == scope);
    let needs: &[&str] = match target {
        Target::Channel(_) => &["chat:write"],
        Target::Member(_) => &["chat:write", "im:write"],
    };
    let missing = needs.iter().find(|scope| !has(scope))?;
    let kind = if connection.kind == TokenKind::Bot {
        "Bot"
    } else {
        "User"
    };
    let message = format!(
        "This token lacks the scope {missing}. Add it under OAuth & Permissions → {kind} Token Scopes, reinstall the app and use the new token."
    );
    Some(FieldErrors::one("action.auth_token", message))
}
