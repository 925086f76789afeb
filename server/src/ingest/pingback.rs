//! An event as query or form fields, for platforms that can only call a URL.
//!
//! A field is named by its path with dots (`product.id=218`); the common ones also by their placeholder's name
//! (`product_id=218`), since that is what such platforms' own templates look like.

use leadbell_domain::FieldErrors;
use serde_json::{Map, Value};

use super::body::Item;

/// Short names and the paths they stand for.
const SHORT: [(&str, &str); 32] = [
    ("lead_id", "lead.id"),
    ("lead_public_id", "lead.public_id"),
    ("lead_status", "lead.status"),
    ("method", "lead.method"),
    ("state", "lead.state"),
    ("zip", "lead.zip"),
    ("sub_id", "lead.sub_id"),
    ("product_id", "product.id"),
    ("product_name", "product.name"),
    ("publisher_id", "publisher.id"),
    ("publisher_name", "publisher.name"),
    ("channel_id", "channel.id"),
    ("channel_name", "channel.name"),
    ("source_id", "source.id"),
    ("source_name", "source.name"),
    ("buyer_id", "buyer.id"),
    ("buyer_name", "buyer.name"),
    ("campaign_id", "campaign.id"),
    ("campaign_name", "campaign.name"),
    ("pingtree_id", "pingtree.id"),
    ("pingtree_name", "pingtree.name"),
    ("price", "money.price"),
    ("currency", "money.currency"),
    ("total_price", "money.total"),
    ("publisher_earning", "money.publisher_earning"),
    ("earning_id", "earning.id"),
    ("earning_amount", "earning.amount"),
    ("pingback_id", "pingback.id"),
    ("pingback_amount", "pingback.amount"),
    ("reject_code", "reject.code"),
    ("reject_reason", "reject.reason"),
    ("call_id", "call.id"),
];

/// The short names with the paths they stand for.
pub(crate) fn short_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    SHORT.into_iter()
}

/// Deepest path, `lead.fields.email`.
const MAX_DEPTH: usize = 3;

/// Builds the event's JSON from pairs; empty values are left out.
pub fn event_from_pairs(pairs: &[(String, String)]) -> Item {
    let mut root = Map::new();
    let mut errors = FieldErrors::new();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        let path = SHORT
            .iter()
            .find(|(short, _)| short == name)
            .map_or(name.as_str(), |(_, path)| path);
        let steps: Vec<&str> = path.split('.').collect();
        if steps.len() > MAX_DEPTH || steps.iter().any(|step| step.is_empty()) {
            errors.add(
                name.chars().take(60).collect::<String>(),
                "There is no such field.",
            );
        } else if !put(&mut root, &steps, value) {
            errors.add(
                path,
                "This field is given twice, or both as a value and as a group.",
            );
        }
    }
    if errors.is_empty() {
        Ok(Value::Object(root))
    } else {
        Err(errors)
    }
}

fn put(map: &mut Map<String, Value>, steps: &[&str], value: &str) -> bool {
    match steps {
        [] => false,
        [last] => map
            .insert((*last).to_owned(), Value::String(value.to_owned()))
            .is_none(),
        [first, rest @ ..] => {
            let inner = map
                .entry((*first).to_owned())
                .or_insert_with(|| Value::Object(Map::new()));
            inner.as_object_mut().is_some_and(|inner| put(inner, rest, value))
        }
    }
}

#[cfg(test)]
mod tests {
    use leadbell_domain::parse_event;

    use super::*;

    fn pairs(query: &str) -> Vec<(String, String)> {
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    #[test]
    fn a_url_makes_the_same_event_as_its_json() {
        let query = "event_id=e1&trigger=lms.lead_sold&product_id=218&lead_id=9&publisher.id=1044&price=42.50&lead.fields.email=a%40b.c&zip=";
        let event = parse_event(&event_from_pairs(&pairs(query)).unwrap(), 7).unwrap();
        assert_eq!(
            (
                event.product.id.as_str(),
                event.lead.id.as_str(),
                event.occurred_at
            ),
            ("218", "9", 7)
        );
        assert_eq!(event.money.price.unwrap().display(), "42.50");
        assert_eq!(event.lead.fields, [("email".to_owned(), "a@b.c".to_owned())]);
        assert_eq!(event.lead.zip, None);
    }

    #[test]
    fn a_field_given_twice_or_nested_too_deep_is_refused() {
        for query in ["lead_id=1&lead.id=2", "a.b.c.d=1", "lead=1&lead.id=2", "a..b=1"] {
            assert!(event_from_pairs(&pairs(query)).is_err(), "{query}");
        }
    }
}
