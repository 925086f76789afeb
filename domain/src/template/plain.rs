//! Templates where Slack reads no markup: headings, labels of buttons, and the addresses buttons open.

use serde::{Deserialize, Serialize};

use super::{Part, Template, TemplateError, parse};
use crate::{Event, Level, RenderContext, Trigger};

/// A line of plain text with placeholders; as data the text alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct PlainTemplate(Template);

/// The address of a link with placeholders; as data the text alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct AddressTemplate(Template);

impl PlainTemplate {
    /// Reads a line; with a trigger and level only what such a rule may hold.
    pub(crate) fn parse(text: &str, check: Option<(Trigger, Level)>) -> Result<PlainTemplate, TemplateError> {
        let parts = parse::plain_parts(text, check)?;
        Ok(PlainTemplate(Template {
            text: text.to_owned(),
            parts,
        }))
    }

    pub(crate) fn template(&self) -> &Template {
        &self.0
    }

    /// The finished line, not escaped.
    pub(crate) fn filled(&self, event: &Event, context: &RenderContext<'_>) -> String {
        self.0.filled(event, context)
    }
}

impl AddressTemplate {
    /// Reads an address; with a trigger and level only what such a rule may hold.
    pub(crate) fn parse(
        text: &str,
        check: Option<(Trigger, Level)>,
    ) -> Result<AddressTemplate, TemplateError> {
        let parts = parse::address_parts(text, check)?;
        Ok(AddressTemplate(Template {
            text: text.to_owned(),
            parts,
        }))
    }

    pub(crate) fn template(&self) -> &Template {
        &self.0
    }

    /// The finished address; values in it are percent-encoded.
    pub(crate) fn filled(&self, event: &Event, context: &RenderContext<'_>) -> String {
        self.0.filled(event, context)
    }
}

/// What was parsed before it was stored and no longer parses stays as it stands.
fn as_it_stands(text: String) -> Template {
    Template {
        parts: vec![Part::Literal(text.clone())],
        text,
    }
}

impl From<String> for PlainTemplate {
    fn from(text: String) -> Self {
        PlainTemplate::parse(&text, None).unwrap_or_else(|_| PlainTemplate(as_it_stands(text)))
    }
}

impl From<PlainTemplate> for String {
    fn from(template: PlainTemplate) -> Self {
        template.0.text
    }
}

impl From<String> for AddressTemplate {
    fn from(text: String) -> Self {
        AddressTemplate::parse(&text, None).unwrap_or_else(|_| AddressTemplate(as_it_stands(text)))
    }
}

impl From<AddressTemplate> for String {
    fn from(template: AddressTemplate) -> Self {
        template.0.text
    }
}
