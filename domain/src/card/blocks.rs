//! Blocks as Slack reads them (Block Kit), and its limits.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::cut::{length, shorten};

/// Slack's limits: a heading, the text of a section, a field, how many of those, a button's label and address.
const MAX_HEADER: usize = 150;
const MAX_SECTION: usize = 3_000;
const MAX_FIELD: usize = 2_000;
pub(super) const MAX_FIELDS: usize = 10;
pub(super) const MAX_CONTEXT: usize = 2_000;
const MAX_BUTTON: usize = 75;
pub(super) const MAX_URL: usize = 3_000;
/// Slack refuses cards of about 13,200 characters in all (`msg_blocks_too_long`); where exactly it does not say.
const MAX_TOTAL: usize = 12_000;
/// Blocks of a message.
const MAX_BLOCKS: usize = 50;

/// The blocks of a message; as JSON what chat.postMessage takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Blocks(pub Vec<Block>);

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs, reason = "named as Slack names them")]
pub enum Block {
    Header {
        text: CardText,
    },
    Section {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<CardText>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<CardText>,
    },
    Context {
        elements: Vec<CardText>,
    },
    Actions {
        elements: Vec<Button>,
    },
}

/// A text in a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs, reason = "named as Slack names them")]
pub enum CardText {
    PlainText { text: String, emoji: bool },
    Mrkdwn { text: String },
}

/// A button that opens an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    #[serde(rename = "type")]
    kind: ButtonKind,
    /// What stands on it.
    pub text: CardText,
    /// What it opens.
    pub url: String,
    action_id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ButtonKind {
    Button,
}

/// A part of a card that was too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Which, as people call it.
    pub part: String,
    /// How long it was.
    pub had: usize,
    /// How long it may be.
    pub most: usize,
}

/// "the header (180 characters of 150)".
impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({} characters, Slack takes {})",
            self.part, self.had, self.most
        )
    }
}

impl CardText {
    pub(super) fn plain(text: String) -> CardText {
        CardText::PlainText { text, emoji: true }
    }

    pub(super) fn mrkdwn(text: String) -> CardText {
        CardText::Mrkdwn { text }
    }

    /// The text, whatever its kind.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            CardText::PlainText { text, .. } | CardText::Mrkdwn { text } => text,
        }
    }

    /// Shortens it to `most`, and answers how long it was if it had to be.
    fn fit(&mut self, most: usize) -> Option<usize> {
        let (text, mrkdwn) = match self {
            CardText::PlainText { text, .. } => (text, false),
            CardText::Mrkdwn { text } => (text, true),
        };
        let short = shorten(text, most, mrkdwn)?;
        let had = length(text);
        *text = short;
        Some(had)
    }
}

impl Button {
    pub(super) fn link(label: String, url: String) -> Button {
        Button {
            kind: ButtonKind::Button,
            text: CardText::plain(label),
            url,
            action_id: "open".to_owned(),
        }
    }
}

impl Blocks {
    /// Shortens what is too long for Slack, and tells what that was. Asked again of what fits, it changes nothing.
    pub fn fit(&mut self) -> Vec<Cut> {
        let mut cuts = Vec::new();
        self.drop_long_links(&mut cuts);
        self.0.truncate(MAX_BLOCKS);
        for block in &mut self.0 {
            block.fit(&mut cuts);
        }
        self.fit_total(&mut cuts);
        cuts
    }

    /// A line of its own at the end.
    pub fn add_note(&mut self, note: &str) {
        self.0.push(Block::Context {
            elements: vec![CardText::mrkdwn(note.to_owned())],
        });
    }

    /// Part of an address leads nowhere: it goes as a whole, and the card says so.
    fn drop_long_links(&mut self, cuts: &mut Vec<Cut>) {
        let mut dropped = Vec::new();
        for block in &mut self.0 {
            if let Block::Actions { elements } = block {
                elements.retain(|button| {
                    let had = length(&button.url);
                    if had > MAX_URL {
                        dropped.push(had);
                    }
                    had <= MAX_URL
                });
            }
        }
        self.0
            .retain(|block| !matches!(block, Block::Actions { elements } if elements.is_empty()));
        for had in dropped {
            self.add_note(&format!(
                "_The button is left out: its address has {had} characters…_"
            ));
            cuts.push(Cut {
                part: "the button's address".to_owned(),
                had,
                most: MAX_URL,
            });
        }
    }

    /// Fields share what the rest leaves of the whole.
    fn fit_total(&mut self, cuts: &mut Vec<Cut>) {
        let had: usize = self.0.iter().map(Block::length).sum();
        if had <= MAX_TOTAL {
            return;
        }
        let in_fields: usize = self
            .0
            .iter()
            .flat_map(Block::fields)
            .map(|field| length(field.text()))
            .sum();
        let count = self.0.iter().flat_map(Block::fields).count();
        let share = MAX_TOTAL.saturating_sub(had - in_fields) / count.max(1);
        for block in &mut self.0 {
            if let Block::Section { fields, .. } = block {
                for field in fields {
                    field.fit(share);
                }
            }
        }
        cuts.push(Cut {
            part: "all fields together".to_owned(),
            had,
            most: MAX_TOTAL,
        });
    }
}

impl Block {
    fn fields(&self) -> &[CardText] {
        match self {
            Block::Section { fields, .. } => fields,
            _ => &[],
        }
    }

    fn length(&self) -> usize {
        match self {
            Block::Header { text } => length(text.text()),
            Block::Section { text, fields } => {
                text.iter().chain(fields).map(|text| length(text.text())).sum()
            }
            Block::Context { elements } => elements.iter().map(|text| length(text.text())).sum(),
            Block::Actions { elements } => elements
                .iter()
                .map(|button| length(button.text.text()) + length(&button.url))
                .sum(),
        }
    }

    fn fit(&mut self, cuts: &mut Vec<Cut>) {
        let mut cut = |part: String, text: &mut CardText, most: usize| {
            if let Some(had) = text.fit(most) {
                cuts.push(Cut { part, had, most });
            }
        };
        match self {
            Block::Header { text } => cut("the header".to_owned(), text, MAX_HEADER),
            Block::Section { text, fields } => {
                if let Some(text) = text {
                    cut("the message in the card".to_owned(), text, MAX_SECTION);
                }
                fields.truncate(MAX_FIELDS);
                for (at, field) in fields.iter_mut().enumerate() {
                    cut(format!("field {}", at + 1), field, MAX_FIELD);
                }
            }
            Block::Context { elements } => {
                for text in elements {
                    cut("the context".to_owned(), text, MAX_CONTEXT);
                }
            }
            Block::Actions { elements } => {
                for button in elements {
                    cut("the button's label".to_owned(), &mut button.text, MAX_BUTTON);
                }
            }
        }
    }
}
