//! Who changes something: what versions of rules and the audit log keep.

use std::fmt;

use leadbell_domain::{ApiKeyId, UserId};

/// Who changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who is logged in.
    Person {
        /// Who.
        id: UserId,
        /// The name he goes by at the time.
        name: String,
    },
    /// A program, through the REST interface.
    Key {
        /// Its key.
        id: ApiKeyId,
        /// What the key is called.
        name: String,
    },
    /// Whoever may type commands on the server.
    CommandLine,
    /// Leadbell itself.
    System,
}

impl Actor {
    /// The name of this sort of actor in data.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Actor::Person { .. } => "person",
            Actor::Key { .. } => "api_key",
            Actor::CommandLine => "command_line",
            Actor::System => "system",
        }
    }

    /// Puts a stored actor together again.
    #[must_use]
    pub fn from_parts(kind: &str, id: Option<&str>, name: &str) -> Option<Actor> {
        let name = name.to_owned();
        match (kind, id) {
            ("person", Some(id)) => UserId::new(id).ok().map(|id| Actor::Person { id, name }),
            ("api_key", Some(id)) => ApiKeyId::new(id).ok().map(|id| Actor::Key { id, name }),
            ("command_line", _) => Some(Actor::CommandLine),
            ("system", _) => Some(Actor::System),
            _ => None,
        }
    }

    /// The person, if it is one.
    #[must_use]
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Actor::Person { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The id of the person or key.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Actor::Person { id, .. } => Some(id.as_str()),
            Actor::Key { id, .. } => Some(id.as_str()),
            Actor::CommandLine | Actor::System => None,
        }
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Actor::Person { name, .. } | Actor::Key { name, .. } => name,
            Actor::CommandLine => "Command line",
            Actor::System => "Leadbell",
        }
    }
}

/// For log lines: the sort and the id. Names are personal data and stay out of them.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id() {
            Some(id) => write!(f, "{} {id}", self.kind()),
            None => f.write_str(self.kind()),
        }
    }
}
