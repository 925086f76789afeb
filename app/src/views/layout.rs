//! How a rule's messages look, as its page shows it.

use std::collections::BTreeMap;

use leadbell_domain::{Blocks, FieldErrors, RuleId};

use super::EntityView;

/// The page of a rule's layout.
#[derive(Clone, Debug)]
pub struct LayoutPage {
    /// Where the rule lives.
    pub view: EntityView,
    /// Id.
    pub rule: RuleId,
    /// Number.
    pub number: i64,
    /// Name; may be empty.
    pub name: String,
    /// The version that the page shows.
    pub version: i64,
    /// The layout as paths and texts; see [`leadbell_domain::RuleDraft::layout`].
    pub layout: BTreeMap<String, String>,
    /// The placeholders that the rule's texts may hold.
    pub placeholders: Vec<String>,
    /// What is wrong with the layout; complaints stand at `action.layout.…`.
    pub errors: FieldErrors,
    /// What it comes to; `None` while something is wrong.
    pub preview: Option<MessagePreview>,
}

/// A message as it would be sent.
#[derive(Clone, Debug)]
pub struct MessagePreview {
    /// The text.
    pub text: String,
    /// The card around it.
    pub blocks: Option<Blocks>,
    /// The newest real event that it is about; `None` for a sample.
    pub about: Option<String>,
    /// What Slack would not take, in words.
    pub cuts: Vec<String>,
}
