//! Lines of the audit log.

use leadbell_domain::{AuditAction, AuditId, EntityId, Level, Platform, Scope, Timestamp, UserId};

use super::Actor;

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditSubject {
    /// `rule`, `user`, `key`, `connection`, `preset`, `catalog` or another word for a kind of thing.
    pub kind: String,
    /// Its id.
    pub id: Option<String>,
    /// What people call it, at that time.
    pub label: String,
    /// Where it lives, for a rule.
    pub place: Option<(Level, EntityId)>,
}

/// A line of the audit log. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What he did.
    pub action: AuditAction,
    /// To what.
    pub subject: AuditSubject,
    /// The platform of what it is about, if that belongs to one.
    pub platform: Option<Platform>,
    /// What was and what is, in words.
    pub detail: String,
}

/// Which lines to list.
#[derive(Clone, Debug)]
pub struct AuditQuery {
    /// How far the reader may look: all, or one platform.
    pub scope: Scope,
    /// The reader: what he did himself he may see as well.
    pub reader: Option<UserId>,
    /// Case-insensitive part of names, labels or details; empty for all.
    pub search: String,
    /// Only this action.
    pub action: Option<AuditAction>,
    /// Case-insensitive part of the actor's name; empty for all.
    pub who: String,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Rows to skip.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}

impl AuditQuery {
    /// The newest 50 lines within a scope.
    #[must_use]
    pub fn of(scope: Scope, reader: Option<UserId>) -> Self {
        Self {
            scope,
            reader,
            search: String::new(),
            action: None,
            who: String::new(),
            from: None,
            until: None,
            offset: 0,
            limit: 50,
        }
    }
}
