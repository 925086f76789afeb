//! Whatever the event says, the card stays within Slack's limits; whatever was typed can be judged.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::cut::{length, shorten};
use super::super::{Block, Blocks, CardText, parse};
use super::{TRIGGER, card, draw};
use crate::{FieldErrors, Level, sample_event};

/// Text of the kinds that lengths go wrong with.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z ]{0,40}",
        "\\PC{0,20}",
        Just("👨\u{200D}👩\u{200D}👧".to_owned()),
        Just("e\u{301}".to_owned()),
        Just("&".to_owned()),
        Just("<!channel>".to_owned()),
        Just("```".to_owned()),
        Just("🇩🇪".to_owned()),
        Just("\n".to_owned()),
    ];
    (proptest::collection::vec(piece, 0..40), 1..60usize)
        .prop_map(|(pieces, times)| pieces.concat().repeat(times))
}

/// Whether the texts of all blocks are within the limits that Slack documents.
fn is_within_limits(blocks: &Blocks) -> bool {
    let short = |text: &CardText, most: usize| (1..=most).contains(&length(text.text()));
    let total: usize = serde_json::to_value(blocks)
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(letters)
        .sum();
    total <= 12_000
        && blocks.0.len() <= 50
        && blocks.0.iter().all(|block| match block {
            Block::Header { text } => short(text, 150),
            Block::Section { text, fields } => {
                text.iter().all(|text| short(text, 3_000))
                    && fields.len() <= 10
                    && fields.iter().all(|text| short(text, 2_000))
            }
            Block::Context { elements } => elements.iter().all(|text| short(text, 2_000)),
            Block::Actions { elements } => elements
                .iter()
                .all(|button| short(&button.text, 75) && length(&button.url) <= 3_000),
        })
}

/// The letters of all texts and addresses below.
fn letters(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match value {
                Value::String(text) if matches!(name.as_str(), "text" | "url") => length(text),
                other => letters(other),
            })
            .sum(),
        Value::Array(items) => items.iter().map(letters).sum(),
        _ => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_the_event_says_the_card_stays_within_slacks_limits(name in text(), lead in text(), body in text(), test: bool) {
        let mut event = sample_event(TRIGGER);
        event.is_test = test;
        event.product.name = Some(name);
        event.lead.id = lead;
        let fields: Vec<Value> = (0..10).map(|_| json!({"label": "{{product_name}}", "value": "{{lead_id}} {{product_name}}"})).collect();
        let card = card(&json!({
            "header": "{{product_name}}", "fields": fields, "context": "{{lead_id}}{{product_name}}",
            "button": {"label": "{{product_name}}", "url": "https://crm.example.com/{{lead_id}}"},
        }));
        let drawn = draw(&card, &format!("x{body}"), &event);
        prop_assert!(is_within_limits(&drawn.blocks), "{drawn:?}");
        let json = serde_json::to_string(&drawn.blocks).unwrap();
        prop_assert!(drawn.cuts.is_empty() || json.contains('…'));
        // Nothing of the data acts, and no entity is left in halves.
        for block in &drawn.blocks.0 {
            let Block::Context { elements } = block else { continue };
            for text in elements {
                prop_assert!(!text.text().contains("<!"), "{text:?}");
                for (at, _) in text.text().match_indices('&') {
                    prop_assert!(["&amp;", "&lt;", "&gt;"].iter().any(|entity| text.text()[at..].starts_with(entity)), "{text:?}");
                }
            }
        }
        let mut again = drawn.blocks.clone();
        prop_assert_eq!(again.fit(), vec![]);
        prop_assert_eq!(again, drawn.blocks);
    }

    #[test]
    fn a_cut_text_is_a_beginning_of_the_whole(text in text(), most in 10..3_000usize, mrkdwn: bool) {
        match shorten(&text, most, mrkdwn) {
            None => prop_assert!(length(&text) <= most),
            Some(short) => {
                prop_assert!(length(&short) <= most);
                let kept = short.strip_suffix("\n```").unwrap_or(&short).strip_suffix('…').unwrap();
                prop_assert!(text.starts_with(kept));
            }
        }
    }

    #[test]
    fn any_pairs_at_all_can_be_judged(pairs in proptest::collection::btree_map(
        "kind|card\\.(header|context|colour)|card\\.button\\.(label|url)|card\\.fields\\[[0-9]{1,3}\\]\\.(label|value)|\\PC{0,9}",
        "card|text|\\PC{0,20}|\\{\\{[a-z_]{0,9}\\}\\}|https://[a-z.{}]{0,20}",
        0..8,
    )) {
        let pairs: BTreeMap<String, String> = pairs;
        let mut errors = FieldErrors::new();
        let layout = parse(&pairs, Some(TRIGGER), Level::Product, &mut errors);
        if errors.is_empty() {
            let mut again = FieldErrors::new();
            prop_assert_eq!(parse(&super::super::pairs(&layout), Some(TRIGGER), Level::Product, &mut again), layout);
            prop_assert_eq!(again.0, vec![]);
        }
    }
}
