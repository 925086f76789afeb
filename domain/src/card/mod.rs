//! The layout of a rule's messages: the text alone, or a card around it with a heading, fields, a line of context and a
//! button. [`Layout`] is what people choose; [`Card::draw`] makes of it, for one event, the [`Blocks`] that Slack gets.
//! The text goes along in any case: notifications and screen readers read it, and it is what is left when Slack
//! refuses the card.

mod blocks;
mod cut;
mod parse;
mod words;

pub use blocks::{Block, Blocks, Button, CardText, Cut};
pub(crate) use parse::{from_json, pairs, parse, to_json};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::template::TEST_MARK;
use crate::{AddressTemplate, Event, FieldErrors, Level, PlainTemplate, RenderContext, Template, Trigger};

/// How a rule's messages look. As JSON the contract's `action.layout`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// The message text.
    #[default]
    Text,
    /// A card around it.
    Card(Box<Card>),
}

/// What stands around the message text; at least one of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// The heading above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<PlainTemplate>,
    /// Names with values, in two columns below it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<CardField>,
    /// A small line below those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Template>,
    /// A link at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub button: Option<CardButton>,
}

/// One field of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardField {
    /// What it is called.
    pub label: Template,
    /// What it says.
    pub value: Template,
}

/// The button of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardButton {
    /// What stands on it.
    pub label: PlainTemplate,
    /// What it opens.
    pub url: AddressTemplate,
}

/// A card for one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// What Slack gets.
    pub blocks: Blocks,
    /// What was too long for Slack.
    pub cuts: Vec<Cut>,
}

/// Longest name of a field, so that there is room for its value.
const MAX_LABEL: usize = 200;

impl Layout {
    /// The layout of a form's pairs (see [`crate::RuleDraft::layout`]), or every complaint at its field.
    pub fn of_pairs(
        pairs: &BTreeMap<String, String>,
        trigger: Trigger,
        level: Level,
        errors: &mut FieldErrors,
    ) -> Layout {
        parse(pairs, Some(trigger), level, errors)
    }

    /// Whether it is the text alone.
    #[must_use]
    pub fn is_text(&self) -> bool {
        *self == Layout::Text
    }

    /// The card, if it is one.
    #[must_use]
    pub fn card(&self) -> Option<&Card> {
        match self {
            Layout::Text => None,
            Layout::Card(card) => Some(card),
        }
    }
}

impl Card {
    /// The card for an event, within Slack's limits. `marked` says TEST on it: a test lead, or a test run.
    #[must_use]
    pub fn draw(&self, body: &Template, event: &Event, context: &RenderContext<'_>, marked: bool) -> Drawn {
        let mut blocks = Vec::new();
        let header = self.header.as_ref().map(|header| header.filled(event, context));
        let header = header.filter(|header| !header.trim().is_empty());
        let mut text = body.filled(event, context);
        if marked && header.is_none() {
            text.insert_str(0, TEST_MARK);
        }
        if let Some(header) = header {
            let mark = if marked { "TEST " } else { "" };
            blocks.push(Block::Header {
                text: CardText::plain(format!("{mark}{}", header.trim())),
            });
        }
        if !text.trim().is_empty() {
            blocks.push(Block::Section {
                text: Some(CardText::mrkdwn(text)),
                fields: Vec::new(),
            });
        }
        if !self.fields.is_empty() {
            let fields = self.fields.iter().map(|field| field.draw(event, context));
            blocks.push(Block::Section {
                text: None,
                fields: fields.collect(),
            });
        }
        if let Some(line) = self.context.as_ref().map(|line| line.filled(event, context))
            && !line.trim().is_empty()
        {
            blocks.push(Block::Context {
                elements: vec![CardText::mrkdwn(line)],
            });
        }
        if let Some(button) = &self.button {
            let label = button.label.filled(event, context);
            let label = if label.trim().is_empty() {
                "Open".to_owned()
            } else {
                label
            };
            blocks.push(Block::Actions {
                elements: vec![Button::link(label, button.url.filled(event, context))],
            });
        }
        let mut blocks = Blocks(blocks);
        let cuts = blocks.fit();
        Drawn { blocks, cuts }
    }

    /// The names of all its placeholders, repeated ones too.
    pub fn placeholder_names(&self) -> impl Iterator<Item = &str> {
        self.templates().flat_map(Template::placeholder_names)
    }

    /// Its words as they were written.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.templates().map(Template::text)
    }

    fn templates(&self) -> impl Iterator<Item = &Template> {
        let header = self.header.iter().map(PlainTemplate::template);
        let fields = self.fields.iter().flat_map(|field| [&field.label, &field.value]);
        let button = self
            .button
            .iter()
            .flat_map(|button| [button.label.template(), button.url.template()]);
        header.chain(fields).chain(&self.context).chain(button)
    }
}

impl CardField {
    fn draw(&self, event: &Event, context: &RenderContext<'_>) -> CardText {
        let label = self.label.filled(event, context);
        let label = cut::shorten(label.trim(), MAX_LABEL, true).unwrap_or_else(|| label.trim().to_owned());
        CardText::mrkdwn(format!("*{label}*\n{}", self.value.filled(event, context)))
    }
}

#[cfg(test)]
mod tests;
