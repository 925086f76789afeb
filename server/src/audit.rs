//! The one way to write the audit log, but for changes of rules: those the store tells of itself, in the transaction
//! that makes them. What goes into it is for people to read, and never a secret: passwords, links,
//! keys and tokens are named, not told.

use leadbell_domain::{AuditAction, EntityId, Level, Platform, Timestamp};
use leadbell_store::{Actor, ApiKey, AuditEntry, AuditSubject, Connection, Store, User};

use crate::ids::Fresh;

/// What happened, without who and when.
#[derive(Clone, Debug)]
pub struct Line {
    /// What was done.
    pub action: AuditAction,
    /// To what.
    pub subject: AuditSubject,
    /// The platform of what it is about, if that belongs to one.
    pub platform: Option<Platform>,
    /// What was and what is, in words.
    pub detail: String,
}

impl Line {
    /// About anything that has a name.
    pub fn of(action: AuditAction, kind: &str, id: Option<&str>, label: &str) -> Self {
        Self {
            action,
            subject: AuditSubject {
                kind: kind.to_owned(),
                id: id.map(str::to_owned),
                label: label.to_owned(),
                place: None,
            },
            platform: None,
            detail: String::new(),
        }
    }

    /// About a person.
    pub fn user(action: AuditAction, user: &User) -> Self {
        Self::of(action, "user", Some(user.id.as_str()), &user.name)
    }

    /// About an API key.
    pub fn key(action: AuditAction, key: &ApiKey) -> Self {
        Self::of(action, "key", Some(key.id.as_str()), &key.name)
    }

    /// About a connection: its name and hint, never its token.
    pub fn connection(action: AuditAction, connection: &Connection) -> Self {
        let label = format!("{} · {}", connection.name, connection.hint);
        Self::of(action, "connection", Some(connection.id.as_str()), &label)
    }

    /// Where it lives.
    #[must_use]
    pub fn at(mut self, level: Level, entity: &EntityId) -> Self {
        self.subject.place = Some((level, entity.clone()));
        self
    }

    /// Of which platform it is.
    #[must_use]
    pub fn platform(mut self, platform: Option<Platform>) -> Self {
        self.platform = platform;
        self
    }

    /// What was and what is.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}

/// Longest detail kept, in characters: a line, not a document.
const MAX_DETAIL: usize = 2_000;

/// Writes a line. What it tells of has happened already, so a line that can't be written is logged and fails nothing.
pub async fn record(store: &dyn Store, actor: &Actor, at: Timestamp, line: Line) {
    let mut detail = line.detail;
    if let Some((cut, _)) = detail.char_indices().nth(MAX_DETAIL) {
        detail.truncate(cut);
        detail.push('…');
    }
    let entry = AuditEntry {
        id: Fresh::fresh(),
        at,
        actor: actor.clone(),
        action: line.action,
        subject: line.subject,
        platform: line.platform,
        detail,
    };
    if let Err(error) = store.record_audit(&[entry]).await {
        tracing::error!(%error, action = line.action.key(), %actor, "a line of the audit log can't be written");
    }
}

/// What differs, in words: `Role: Support → QA`.
pub fn changed(name: &str, before: &str, after: &str) -> Option<String> {
    let shown = |text: &str| {
        if text.is_empty() {
            "(none)".to_owned()
        } else {
            text.to_owned()
        }
    };
    (before != after).then(|| format!("{name}: {} → {}", shown(before), shown(after)))
}
