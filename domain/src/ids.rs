//! Identifiers as types of their own, so that a rule's id can't be passed where a user's is meant.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not an identifier of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidId(&'static str);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes the text if it can be such an id.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                $check(&text)?;
                Ok(Self(text))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        // Lets a map keyed by ids be asked with plain text; the derived `Hash` and `Eq` are those of the text.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }
    };
}

/// Our own ids are UUIDs in their usual 36 characters, lower case.
fn check_uuid(text: &str) -> Result<(), InvalidId> {
    let shape = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        });
    if shape {
        Ok(())
    } else {
        Err(InvalidId("This is not one of our ids (a lower-case UUID)."))
    }
}

/// Longest outside id we keep, in characters. Slack, LMS and call platforms all stay far below it.
const MAX_OUTSIDE_ID: usize = 128;

fn check_outside(text: &str) -> Result<(), InvalidId> {
    if text.is_empty() {
        return Err(InvalidId("An id can't be empty."));
    }
    if text.chars().count() > MAX_OUTSIDE_ID {
        return Err(InvalidId("An id may have at most 128 characters."));
    }
    if text.chars().any(char::is_control) || text.trim() != text {
        return Err(InvalidId(
            "An id can't hold control characters, or begin or end with a space.",
        ));
    }
    Ok(())
}

id!(
    /// A tracking rule.
    RuleId, check_uuid);
id!(
    /// A template of rules on a product.
    PresetId, check_uuid);
id!(
    /// A person who can log in.
    UserId, check_uuid);
id!(
    /// A stored Slack token with what Slack says about it.
    ConnectionId, check_uuid);
id!(
    /// One rule's answer to one event.
    DeliveryId, check_uuid);
id!(
    /// One connection plus one channel or member.
    DestinationId, check_uuid);
id!(
    /// A key for the REST interface.
    ApiKeyId, check_uuid);
id!(
    /// One login of a person, on one device.
    SessionId, check_uuid);
id!(
    /// A line of the audit log.
    AuditId, check_uuid);
id!(
    /// One try of a rule on an event.
    TestRunId, check_uuid);
id!(
    /// One run of a rule over events of the last days.
    BacktestId, check_uuid);
id!(
    /// Our own id of a recorded event (its sender's id is [`EventId`]).
    EventKey, check_uuid);
id!(
    /// The sender's id of an event, unique for its platform.
    EventId, check_outside);
id!(
    /// The outside id of a product, campaign, publisher, channel, source, buyer or pingtree.
    EntityId, check_outside);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_ids_are_uuids_and_nothing_else() {
        assert!(RuleId::new("01931c3e-7b1a-7c3e-8a55-0242ac120002").is_ok());
        for wrong in [
            "",
            "412",
            "01931C3E-7b1a-7c3e-8a55-0242ac120002",
            "01931c3e-7b1a-7c3e-8a55-0242ac12000g",
        ] {
            assert!(RuleId::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn outside_ids_are_short_clean_text() {
        assert!(EntityId::new("218").is_ok());
        assert!(EntityId::new("c-5b1e ü").is_ok());
        for wrong in ["", " 218", "a\nb", &"x".repeat(129)] {
            assert!(EntityId::new(wrong).is_err(), "{wrong:?}");
        }
    }
}
