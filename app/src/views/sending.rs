//! How a rule's messages go out, as its page shows it.

use std::collections::BTreeMap;

use leadbell_domain::RuleId;

use super::EntityView;

/// The page of a rule's sending options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendingPage {
    /// Where the rule lives.
    pub view: EntityView,
    /// Id.
    pub rule: RuleId,
    /// Number.
    pub number: i64,
    /// Name; may be empty.
    pub name: String,
    /// Where its messages go.
    pub destination: String,
    /// The version that the page shows.
    pub version: i64,
    /// The options as paths and texts; see [`leadbell_domain::RuleDraft::sending`].
    pub sending: BTreeMap<String, String>,
    /// The placeholders by which a message can be a repetition of another.
    pub placeholders: Vec<String>,
}
