//! The few rules of Block Kit that a wrong payload meets first: counts and lengths.
//!
//! Sources: Slack's block reference (50 blocks; section text 3,000; ten fields of 2,000; header 150).

use serde_json::{Value, json};

use super::reply::Reply;

const MAX_BLOCKS: usize = 50;

/// Checks the blocks of a message.
///
/// # Errors
/// `invalid_blocks`, pointing at each offender in `response_metadata.messages` as Slack does.
pub(crate) fn check(blocks: &[Value]) -> Result<(), Reply> {
    let mut wrong = Vec::new();
    if blocks.len() > MAX_BLOCKS {
        wrong.push(format!(
            "[ERROR] no more than {MAX_BLOCKS} items allowed [json-pointer:/blocks]"
        ));
    }
    for (i, block) in blocks.iter().enumerate() {
        match block.get("type").and_then(Value::as_str) {
            None => wrong.push(format!(
                "[ERROR] missing required field: type [json-pointer:/blocks/{i}]"
            )),
            Some("section") => {
                too_long(
                    block.get("text"),
                    3_000,
                    &format!("/blocks/{i}/text/text"),
                    &mut wrong,
                );
                let fields = block.get("fields").and_then(Value::as_array);
                if fields.is_some_and(|f| f.len() > 10) {
                    wrong.push(format!(
                        "[ERROR] no more than 10 items allowed [json-pointer:/blocks/{i}/fields]"
                    ));
                }
                for (n, field) in fields.into_iter().flatten().enumerate() {
                    too_long(
                        Some(field),
                        2_000,
                        &format!("/blocks/{i}/fields/{n}/text"),
                        &mut wrong,
                    );
                }
            }
            Some("header") => too_long(
                block.get("text"),
                150,
                &format!("/blocks/{i}/text/text"),
                &mut wrong,
            ),
            Some(_) => {}
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let mut reply = Reply::error("invalid_blocks");
    reply.body.insert(
        "errors".into(),
        json!(
            wrong
                .iter()
                .map(|w| w.trim_start_matches("[ERROR] "))
                .collect::<Vec<_>>()
        ),
    );
    reply
        .body
        .insert("response_metadata".into(), json!({ "messages": wrong }));
    Err(reply)
}

fn too_long(text: Option<&Value>, max: usize, pointer: &str, wrong: &mut Vec<String>) {
    let text = text.and_then(|t| t.get("text")).and_then(Value::as_str);
    if text.is_some_and(|t| t.chars().count() > max) {
        wrong.push(format!(
            "[ERROR] must be less than {} characters [json-pointer:{pointer}]",
            max + 1
        ));
    }
}

/// The texts of sections, headers and contexts, for the page: it shows what people would read.
pub(crate) fn readable(blocks: &Value) -> Vec<String> {
    let text_of = |v: &Value| v.get("text").and_then(Value::as_str).map(str::to_owned);
    let mut out = Vec::new();
    for block in blocks.as_array().into_iter().flatten() {
        out.extend(block.get("text").and_then(text_of));
        for list in ["fields", "elements"] {
            out.extend(
                block
                    .get(list)
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(text_of),
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_page_reads_sections_and_contexts() {
        let blocks = json!([
            {"type": "section", "text": {"text": "a"}, "fields": [{"text": "b"}]},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "c"}]},
        ]);
        assert_eq!(readable(&blocks), ["a", "b", "c"]);
    }
}
