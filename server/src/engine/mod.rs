//! Which rules fire for an event: a pure function over an index of the active rules.
//!
//! An event costs what it matches: the index is asked by the ids in the event, so rules of other products, campaigns
//! and publishers are never looked at, however many there are. Depends on `domain` only.

mod rule_set;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use leadbell_domain::{Blocks, Event, Level, RenderContext, StoredRule};

pub use rule_set::RuleSet;

/// A rule that fires for an event, with its finished message.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The rule, in the version that judged the event.
    pub rule: Arc<StoredRule>,
    /// The message, rendered now: a later edit of the rule does not change what this event says.
    pub text: String,
    /// The card around it, where the rule has one.
    pub blocks: Option<Blocks>,
}

/// Every rule that fires for the event, with its message. `public_url` goes into links.
#[must_use]
pub fn plan(event: &Event, rules: &RuleSet, public_url: &str) -> Vec<Planned> {
    let mut planned = Vec::new();
    for level in Level::ALL {
        rules.visit(event, level, |stored| {
            if stored.rule.fires_for(event) {
                let context = RenderContext {
                    level,
                    rule_number: stored.number,
                    rule_name: &stored.rule.name,
                    public_url,
                    shows_personal_data: stored.rule.action.shows_personal_data,
                };
                let action = &stored.rule.action;
                let card = action.layout.card();
                planned.push(Planned {
                    rule: Arc::clone(stored),
                    text: action.template.render(event, &context),
                    blocks: card
                        .map(|card| card.draw(&action.template, event, &context, event.is_test).blocks),
                });
            }
        });
    }
    planned
}
