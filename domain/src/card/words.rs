//! Layouts in the words of their form.

use super::{Card, CardField, Layout};

impl Layout {
    /// Each part: its name in data, its name in the form, and what it says; `None` for nothing.
    #[must_use]
    pub fn facts(&self) -> [(&'static str, &'static str, Option<String>); 5] {
        let card = self.card();
        let kind = if card.is_some() { "Card" } else { "Text" };
        let header = card.and_then(|card| card.header.as_ref());
        let context = card.and_then(|card| card.context.as_ref());
        let fields: Vec<String> = card
            .iter()
            .flat_map(|card| &card.fields)
            .map(CardField::told)
            .collect();
        [
            ("action.layout", "Layout", Some(kind.to_owned())),
            (
                "action.layout.card.header",
                "Card header",
                header.map(|header| header.template().text().to_owned()),
            ),
            (
                "action.layout.card.fields",
                "Card fields",
                (!fields.is_empty()).then(|| fields.join("; ")),
            ),
            (
                "action.layout.card.context",
                "Card context",
                context.map(|context| context.text().to_owned()),
            ),
            (
                "action.layout.card.button",
                "Card button",
                card.and_then(Card::button_told),
            ),
        ]
    }

    /// What it has beyond the text, one line each; nothing for the text alone.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let [_, header, fields, context, button] = self.facts();
        let part = |name: &str, (_, _, said): (&str, &str, Option<String>)| {
            said.map(|said| format!("{name}: {said}"))
        };
        [
            part("Header", header),
            part("Fields", fields),
            part("Context", context),
            part("Button", button),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The same in a few words, for lists: "Card: header, 3 fields, button".
    #[must_use]
    pub fn summary(&self) -> Option<String> {
        let card = self.card()?;
        let fields = match card.fields.len() {
            0 => None,
            1 => Some("1 field".to_owned()),
            many => Some(format!("{many} fields")),
        };
        let word = |there: bool, word: &str| there.then(|| word.to_owned());
        let parts = [
            word(card.header.is_some(), "header"),
            fields,
            word(card.context.is_some(), "context"),
            word(card.button.is_some(), "button"),
        ];
        Some(format!(
            "Card: {}",
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        ))
    }
}

impl Card {
    fn button_told(&self) -> Option<String> {
        let button = self.button.as_ref()?;
        let (label, url) = (button.label.template().text(), button.url.template().text());
        Some(format!("{label} → {url}"))
    }
}

impl CardField {
    fn told(&self) -> String {
        format!("{}: {}", self.label.text(), self.value.text())
    }
}
