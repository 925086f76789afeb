//! The rules of Block Kit that a wrong payload meets first: kinds, counts and lengths.
//!
//! Sources: Slack's block reference (50 blocks; section text 3,000; ten fields of 2,000; header 150; 25 actions; button
//! label 75, address 3,000; ten elements of a context), and `msg_blocks_too_long`, seen from about 13,200 characters on.

use serde_json::{Value, json};

use super::reply::Reply;

const MAX_BLOCKS: usize = 50;
/// What all texts together may have; undocumented.
const MAX_TOTAL: usize = 13_200;

/// Checks the blocks of a message.
///
/// # Errors
/// `invalid_blocks`, pointing at each offender in `response_metadata.messages` as Slack does; `msg_blocks_too_long`.
pub(crate) fn check(blocks: &[Value]) -> Result<(), Reply> {
    let mut wrong = Wrong(Vec::new());
    if blocks.len() > MAX_BLOCKS {
        wrong.add(
            format!("no more than {MAX_BLOCKS} items allowed"),
            "/blocks".to_owned(),
        );
    }
    for (i, block) in blocks.iter().enumerate() {
        let at = format!("/blocks/{i}");
        match block.get("type").and_then(Value::as_str) {
            None => wrong.add("missing required field: type".to_owned(), at),
            Some("section") => section(block, &at, &mut wrong),
            Some("header") => {
                let text = required(block, "text", &at, &mut wrong);
                wrong.text(text, 1..=150, Some("plain_text"), &format!("{at}/text"));
            }
            Some("context") => {
                for (n, element) in wrong.list(block, "elements", 10, &at).iter().enumerate() {
                    let at = format!("{at}/elements/{n}");
                    if element["type"] != "image" {
                        wrong.text(Some(element), 1..=3_000, None, &at);
                    }
                }
            }
            Some("actions") => {
                for (n, element) in wrong.list(block, "elements", 25, &at).iter().enumerate() {
                    button(element, &format!("{at}/elements/{n}"), &mut wrong);
                }
            }
            Some("divider" | "image" | "markdown" | "rich_text" | "input" | "file" | "video" | "table") => {}
            Some(other) => wrong.add(format!("unsupported type: {other}"), format!("{at}/type")),
        }
    }
    if !wrong.0.is_empty() {
        return Err(refused(&wrong.0));
    }
    let total: usize = blocks.iter().map(letters).sum();
    if total > MAX_TOTAL {
        return Err(Reply::error("msg_blocks_too_long"));
    }
    Ok(())
}

fn refused(wrong: &[String]) -> Reply {
    let mut reply = Reply::error("invalid_blocks");
    let bare: Vec<&str> = wrong.iter().map(|w| w.trim_start_matches("[ERROR] ")).collect();
    reply.body.insert("errors".into(), json!(bare));
    reply
        .body
        .insert("response_metadata".into(), json!({ "messages": wrong }));
    reply
}

fn section(block: &Value, at: &str, wrong: &mut Wrong) {
    let has_fields = block.get("fields").is_some();
    if has_fields {
        for (n, field) in wrong.list(block, "fields", 10, at).iter().enumerate() {
            wrong.text(Some(field), 1..=2_000, None, &format!("{at}/fields/{n}"));
        }
    }
    if block.get("text").is_some() || !has_fields {
        let text = required(block, "text", at, wrong);
        wrong.text(text, 1..=3_000, None, &format!("{at}/text"));
    }
}

fn button(element: &Value, at: &str, wrong: &mut Wrong) {
    if element["type"] != "button" {
        return;
    }
    let text = required(element, "text", at, wrong);
    wrong.text(text, 1..=75, Some("plain_text"), &format!("{at}/text"));
    if let Some(url) = element.get("url").and_then(Value::as_str) {
        wrong.length(url, 3_000, &format!("{at}/url"));
        if !["https://", "http://", "mailto:", "slack://", "tel:"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            wrong.add("must be a valid URL".to_owned(), format!("{at}/url"));
        }
    }
}

fn required<'a>(of: &'a Value, name: &str, at: &str, wrong: &mut Wrong) -> Option<&'a Value> {
    let found = of.get(name);
    if found.is_none() {
        wrong.add(format!("missing required field: {name}"), at.to_owned());
    }
    found
}

/// What is wrong, each as Slack words it.
struct Wrong(Vec<String>);

impl Wrong {
    fn add(&mut self, what: String, pointer: String) {
        self.0.push(format!("[ERROR] {what} [json-pointer:{pointer}]"));
    }

    fn length(&mut self, text: &str, max: usize, pointer: &str) {
        if text.chars().count() > max {
            self.add(
                format!("must be less than {} characters", max + 1),
                pointer.to_owned(),
            );
        }
    }

    /// A text object of this length; with `kind` of this kind.
    fn text(
        &mut self,
        object: Option<&Value>,
        lengths: std::ops::RangeInclusive<usize>,
        kind: Option<&str>,
        at: &str,
    ) {
        let Some(object) = object else { return };
        let has = object.get("type").and_then(Value::as_str).unwrap_or_default();
        if !matches!(has, "plain_text" | "mrkdwn") || kind.is_some_and(|kind| kind != has) {
            self.add(
                format!(
                    "must be one of the supported types: {}",
                    kind.unwrap_or("mrkdwn, plain_text")
                ),
                format!("{at}/type"),
            );
        }
        let pointer = format!("{at}/text");
        match object.get("text").and_then(Value::as_str) {
            None => self.add("missing required field: text".to_owned(), at.to_owned()),
            Some(text) if text.chars().count() < *lengths.start() => {
                self.add(
                    format!("must be more than {} characters", lengths.start() - 1),
                    pointer,
                );
            }
            Some(text) => self.length(text, *lengths.end(), &pointer),
        }
    }

    /// A list that has to be there, with at most so many items.
    fn list<'a>(&mut self, block: &'a Value, name: &str, most: usize, at: &str) -> &'a [Value] {
        let items = block
            .get(name)
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let pointer = format!("{at}/{name}");
        if items.is_empty() {
            self.add("no fewer than 1 items allowed".to_owned(), pointer);
        } else if items.len() > most {
            self.add(format!("no more than {most} items allowed"), pointer);
        }
        items
    }
}

/// The letters of all texts and addresses in it.
fn letters(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match value {
                Value::String(text) if matches!(name.as_str(), "text" | "url") => text.chars().count(),
                other => letters(other),
            })
            .sum(),
        Value::Array(items) => items.iter().map(letters).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(block: Value) -> Vec<String> {
        let reply = check(&[block]).expect_err("refused");
        assert_eq!(reply.body["error"], "invalid_blocks");
        serde_json::from_value(reply.body["response_metadata"]["messages"].clone()).expect("texts")
    }

    #[test]
    fn a_long_section_is_pointed_at() {
        let blocks = vec![
            json!({"type": "divider"}),
            json!({"type": "section", "text": {"type": "mrkdwn", "text": "x".repeat(3001)}}),
        ];
        let refused = check(&blocks).expect_err("too long");
        assert_eq!(
            refused.body["response_metadata"]["messages"][0],
            "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
        );
        assert!(check(&blocks[..1]).is_ok());
    }

    #[test]
    fn every_part_of_a_card_has_its_limit() {
        let plain = |text: &str| json!({"type": "plain_text", "text": text});
        let marked = |text: &str| json!({"type": "mrkdwn", "text": text});
        let button = |label: &str, url: &str| json!({"type": "actions", "elements": [{"type": "button", "text": plain(label), "url": url}]});
        for (good, wrong, at) in [
            (
                json!({"type": "header", "text": plain(&"x".repeat(150))}),
                json!({"type": "header", "text": plain(&"x".repeat(151))}),
                "/blocks/0/text/text",
            ),
            (
                json!({"type": "header", "text": plain("x")}),
                json!({"type": "header", "text": marked("x")}),
                "/blocks/0/text/type",
            ),
            (
                json!({"type": "section", "fields": vec![marked("x"); 10]}),
                json!({"type": "section", "fields": vec![marked("x"); 11]}),
                "/blocks/0/fields",
            ),
            (
                json!({"type": "section", "fields": [marked(&"x".repeat(2_000))]}),
                json!({"type": "section", "fields": [marked(&"x".repeat(2_001))]}),
                "/blocks/0/fields/0/text",
            ),
            (
                json!({"type": "context", "elements": [marked("x")]}),
                json!({"type": "context", "elements": []}),
                "/blocks/0/elements",
            ),
            (
                button(&"x".repeat(75), "https://a.example"),
                button(&"x".repeat(76), "https://a.example"),
                "/blocks/0/elements/0/text/text",
            ),
            (
                button("x", "https://a.example"),
                button("x", "javascript:x"),
                "/blocks/0/elements/0/url",
            ),
            (
                json!({"type": "section", "text": marked("x")}),
                json!({"type": "section", "text": marked("")}),
                "/blocks/0/text/text",
            ),
            (
                json!({"type": "divider"}),
                json!({"type": "carousel"}),
                "/blocks/0/type",
            ),
        ] {
            assert!(check(std::slice::from_ref(&good)).is_ok(), "{good}");
            let said = messages(wrong.clone());
            assert!(
                said.len() == 1 && said[0].ends_with(&format!("[json-pointer:{at}]")),
                "{wrong}: {said:?}"
            );
        }
    }

    #[test]
    fn all_parts_together_have_a_limit_too() {
        let field = json!({"type": "mrkdwn", "text": "x".repeat(1_400)});
        let card = |count: usize| vec![json!({"type": "section", "fields": vec![field.clone(); count]})];
        assert!(check(&card(9)).is_ok());
        assert_eq!(
            check(&card(10)).expect_err("too long").body["error"],
            "msg_blocks_too_long"
        );
    }
}
