//! From what somebody typed to a rule on one entity, or to every complaint: the one judgement for saving, copying,
//! restoring, importing and following a preset.

use leadbell_domain::{
    ConnectionChoice, ConnectionId, DraftContext, Entity, EntityKind, FieldErrors, FilterKey, Level,
    ListFilter, PresetId, Role, Rule, RuleDraft, Scope, Target, TokenKind, Verb, Viewer,
    may_show_personal_data,
};
use leadbell_store::{Connection, ConnectionScope};

use crate::access::{check_filter_values, connection_owner, connection_scope, withheld_filters};
use crate::actor::Caller;
use crate::connections::keep_token;
use crate::rules::RuleError;
use crate::state::AppState;

/// A draft that is a rule.
#[derive(Debug)]
pub struct Judged {
    /// The rule.
    pub rule: Rule,
    /// Something worth knowing about it.
    pub note: Option<String>,
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

/// What a draft of this viewer for this entity is held against.
pub(crate) fn context<'a>(viewer: &Viewer, level: Level, entity: &'a Entity) -> DraftContext<'a> {
    DraftContext {
        role: writer_role(viewer, level),
        policy: viewer.policy,
        level,
        entity: &entity.id,
        platform: entity.platform,
        may_show_personal_data: may_show_personal_data(viewer.role),
    }
}

/// Judges a draft for this entity, whose rules the viewer may manage. `before` is the rule it replaces: its connection
/// may stay, whoever it belongs to, and so may its preset.
pub async fn judge(
    state: &AppState,
    viewer: &Caller,
    level: Level,
    entity: &Entity,
    draft: &RuleDraft,
    before: Option<&Rule>,
) -> Result<Judged, RuleError> {
    let context = context(viewer, level, entity);
    // What the writer may not read he can't have changed: it stays, unless he sends something else in its place.
    let withheld: Vec<(FilterKey, ListFilter)> = match before {
        Some(before) => withheld_filters(viewer, before)
            .filter(|(key, filter)| draft.filters.get(key).is_none_or(|sent| sent.is(filter)))
            .map(|(key, filter)| (key, filter.clone()))
            .collect(),
        None => Vec::new(),
    };
    let mut own = draft.clone();
    own.filters
        .retain(|key, _| withheld.iter().all(|(kept, _)| kept != key));
    let parsed = own.parse(&context).map_err(RuleError::Fields)?;
    // A publisher serves both platforms, and so would a rule of his: the writer's own bounds count there.
    if let Scope::Platform(platform) = viewer.scope(level, Verb::Manage)
        && parsed.trigger().platform() != platform
    {
        let message = format!("You may make rules of {} only.", platform.label());
        return Err(RuleError::Fields(FieldErrors::one("trigger", message)));
    }
    let complaints = check_filter_values(&*state.store, viewer, level, &entity.id, parsed.filters()).await?;
    if !complaints.is_empty() {
        return Err(RuleError::Fields(complaints));
    }
    if let Some(id) = parsed.preset()
        && before.and_then(|before| before.preset.as_ref()) != Some(id)
        && !is_preset_of(state, viewer, id, entity).await?
    {
        let message = format!("{} has no such preset.", entity.name);
        return Err(RuleError::Fields(FieldErrors::one("preset_id", message)));
    }
    let (connection, note) = match &parsed.connection {
        ConnectionChoice::Saved(id) => {
            let kept = before.map(|before| &before.action.connection);
            (saved_connection(state, viewer, id, kept).await?, None)
        }
        ConnectionChoice::Pasted(token) => {
            keep_token(state, &viewer.actor, connection_owner(viewer, &entity.id), token).await?
        }
    };
    if let Some(complaint) = missing_scope(&connection, parsed.target()) {
        return Err(RuleError::Fields(complaint));
    }
    Ok(Judged {
        rule: parsed
            .keeping(withheld, viewer.policy)
            .with_connection(connection.id),
        note,
    })
}

/// The stored connection, if the viewer may use it.
pub(crate) async fn saved_connection(
    state: &AppState,
    viewer: &Viewer,
    id: &ConnectionId,
    kept: Option<&ConnectionId>,
) -> Result<Connection, RuleError> {
    // A rule made by staff keeps their connection when the publisher edits it.
    let scope = if kept == Some(id) {
        ConnectionScope::All
    } else {
        connection_scope(viewer)
    };
    state.store.find_connection(id, &scope).await?.ok_or_else(|| {
        RuleError::Fields(FieldErrors::one(
            "action.connection_id",
            "Choose a saved connection from the list.",
        ))
    })
}

/// A preset is for the rules of its own product.
async fn is_preset_of(
    state: &AppState,
    viewer: &Viewer,
    id: &PresetId,
    entity: &Entity,
) -> Result<bool, RuleError> {
    let scope = viewer.scope(Level::Product, Verb::View);
    let found = state.store.find_preset(id, &scope).await?;
    Ok(entity.kind == EntityKind::Product && found.is_some_and(|preset| preset.product == entity.id))
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
