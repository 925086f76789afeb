use serde_json::{Value, json};

use super::cut::shorten;
use super::*;
use crate::{FieldErrors, Level, RenderContext, Trigger, sample_event};

mod random;

const TRIGGER: Trigger = Trigger::LmsLeadSold;

fn parsed_at(layout: &Value, level: Level) -> Result<Layout, FieldErrors> {
    let mut errors = FieldErrors::new();
    let pairs = from_json(layout, &mut errors);
    let layout = parse(&pairs, Some(TRIGGER), level, &mut errors);
    if errors.is_empty() {
        Ok(layout)
    } else {
        Err(errors)
    }
}

fn card(layout: &Value) -> Card {
    let parsed = parsed_at(&json!({"card": layout}), Level::Product).unwrap();
    parsed.card().unwrap().clone()
}

fn fields(layout: &Value, level: Level) -> Vec<String> {
    let errors = parsed_at(layout, level).unwrap_err();
    errors.0.into_iter().map(|error| error.field).collect()
}

fn context() -> RenderContext<'static> {
    RenderContext {
        level: Level::Product,
        rule_number: 7,
        rule_name: "Sales",
        public_url: "https://leadbell.example",
        shows_personal_data: false,
    }
}

fn draw(card: &Card, body: &str, event: &Event) -> Drawn {
    let body = Template::stored(body);
    card.draw(&body, event, &context(), event.is_test)
}

fn whole() -> Value {
    json!({
        "header": "Sold: {{product_name}}",
        "fields": [{"label": "Lead", "value": "{{lead_id}}"}, {"label": "Price", "value": "*{{price|money}}*"}],
        "context": "Rule {{rule_id}}",
        "button": {"label": "Open {{lead_id}}", "url": "https://crm.example.com/leads?id={{lead_id}}"},
    })
}

#[test]
fn a_card_becomes_the_blocks_slack_reads_with_data_escaped_where_it_lands() {
    let mut event = sample_event(TRIGGER);
    event.product.name = Some("A & B <!channel>\nC".to_owned());
    event.lead.id = "9 <@U1>/*".to_owned();
    let drawn = draw(&card(&whole()), "Lead {{lead_id}}", &event);
    let price = event.price(Level::Product).unwrap().display();
    assert_eq!(
        serde_json::to_value(&drawn.blocks).unwrap(),
        json!([
            {"type": "header", "text": {"type": "plain_text", "text": "Sold: A & B <!channel> C", "emoji": true}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "Lead 9 &lt;@U1&gt;/*"}},
            {"type": "section", "fields": [
                {"type": "mrkdwn", "text": "*Lead*\n9 &lt;@U1&gt;/*"},
                {"type": "mrkdwn", "text": format!("*Price*\n*${price}*")},
            ]},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "Rule 7"}]},
            {"type": "actions", "elements": [{
                "type": "button", "action_id": "open", "text": {"type": "plain_text", "text": "Open 9 <@U1>/*", "emoji": true},
                "url": "https://crm.example.com/leads?id=9%20%3C%40U1%3E%2F%2A",
            }]},
        ])
    );
    assert_eq!(drawn.cuts, []);
    let json = serde_json::to_string(&drawn.blocks).unwrap();
    assert_eq!(serde_json::from_str::<Blocks>(&json).unwrap(), drawn.blocks);
}

#[test]
fn a_test_lead_says_so_in_the_header_or_else_in_the_message() {
    let mut event = sample_event(TRIGGER);
    event.is_test = true;
    let first = |card: &Card| serde_json::to_value(&draw(card, "Lead", &event).blocks.0[0]).unwrap();
    assert_eq!(
        first(&card(&json!({"header": "Sold"})))["text"]["text"],
        "TEST Sold"
    );
    assert_eq!(
        first(&card(&json!({"context": "x"})))["text"]["text"],
        "*TEST* Lead"
    );
}

#[test]
fn a_layout_goes_to_json_and_forms_and_back() {
    let given = json!({"card": whole()});
    let layout = parsed_at(&given, Level::Product).unwrap();
    assert_eq!(to_json(&layout), given);
    let mut errors = FieldErrors::new();
    assert_eq!(
        parse(&pairs(&layout), Some(TRIGGER), Level::Product, &mut errors),
        layout
    );
    let stored = serde_json::to_string(&layout).unwrap();
    assert_eq!(serde_json::from_str::<Layout>(&stored).unwrap(), layout);
    for text in [Value::Null, json!("text")] {
        assert_eq!(parsed_at(&text, Level::Product).unwrap(), Layout::Text);
    }
    assert_eq!(to_json(&Layout::Text), json!("text"));
    assert_eq!(serde_json::to_value(Layout::Text).unwrap(), json!("text"));
    // A form that says "text" keeps nothing of the card.
    let mut left = pairs(&layout);
    left.insert("kind".to_owned(), "text".to_owned());
    assert_eq!(
        parse(&left, Some(TRIGGER), Level::Product, &mut errors),
        Layout::Text
    );
    assert_eq!(errors.0, []);
}

#[test]
fn everything_wrong_stands_at_its_own_field() {
    let long = "x".repeat(151);
    let eleven: Vec<Value> = (0..11).map(|_| json!({"label": "a", "value": "b"})).collect();
    for (layout, expected) in [
        (json!(5), vec!["action.layout"]),
        (json!("loud"), vec!["action.layout"]),
        (json!({"card": {}}), vec!["action.layout"]),
        (json!({"card": 1}), vec!["action.layout.card"]),
        (json!({"card": {"header": 1}}), vec!["action.layout.card.header"]),
        (
            json!({"card": {"colour": "red"}}),
            vec!["action.layout.card.colour"],
        ),
        (
            json!({"card": {"header": long}}),
            vec!["action.layout.card.header"],
        ),
        (
            json!({"card": {"header": "<!here>"}}),
            vec!["action.layout.card.header"],
        ),
        (
            json!({"card": {"header": "{{event_time|time}}"}}),
            vec!["action.layout.card.header"],
        ),
        (
            json!({"card": {"header": "{{no_such}}"}}),
            vec!["action.layout.card.header"],
        ),
        (
            json!({"card": {"context": "<@{{lead_id}}>"}}),
            vec!["action.layout.card.context"],
        ),
        (
            json!({"card": {"fields": [{"label": "a", "value": "b"}, {"label": "a"}]}}),
            vec!["action.layout.card.fields[1].value"],
        ),
        (
            json!({"card": {"fields": [{"label": "a", "value": "b", "x": 1}]}}),
            vec!["action.layout.card.fields[0].x"],
        ),
        (
            json!({"card": {"fields": eleven}}),
            vec!["action.layout.card.fields"; 2],
        ),
        (
            json!({"card": {"button": {"label": "Open"}}}),
            vec!["action.layout.card.button.url"],
        ),
    ] {
        let mut found = fields(&layout, Level::Product);
        found.dedup();
        let mut expected = expected;
        expected.dedup();
        assert_eq!(found, expected, "{layout}");
    }
}

#[test]
fn a_button_opens_our_own_log_or_a_site_that_the_author_named() {
    let url = |url: &str| json!({"card": {"button": {"label": "Open", "url": url}}});
    for good in [
        "{{log_url}}",
        "https://crm.example.com",
        "https://crm.example.com:8443/a?b={{lead_id}}#{{state}}",
    ] {
        assert!(parsed_at(&url(good), Level::Publisher).is_ok(), "{good}");
    }
    for wrong in [
        "http://crm.example.com",
        "javascript:alert(1)",
        "{{lead_id}}",
        "{{log_url}}/x",
        "https://{{lead_id}}/",
        "https://crm.{{lead_id}}",
        "https://good.example@evil.example/",
        "https:///x",
        "https://a.example/ b",
        "https://a.example/{{log_url|link:\"x\"}}",
    ] {
        assert_eq!(
            fields(&url(wrong), Level::Product),
            ["action.layout.card.button.url"],
            "{wrong}"
        );
    }
}

#[test]
fn a_publishers_card_can_hold_nothing_of_the_buyers_in_any_part() {
    let hidden = "{{buyer_name}}";
    for (layout, at) in [
        (json!({"header": hidden}), "header"),
        (json!({"context": hidden}), "context"),
        (
            json!({"fields": [{"label": hidden, "value": "x"}]}),
            "fields[0].label",
        ),
        (
            json!({"fields": [{"label": "x", "value": hidden}]}),
            "fields[0].value",
        ),
        (
            json!({"button": {"label": hidden, "url": "{{log_url}}"}}),
            "button.label",
        ),
        (
            json!({"button": {"label": "x", "url": "https://a.example/{{buyer_name}}"}}),
            "button.url",
        ),
    ] {
        let layout = json!({"card": layout});
        assert!(parsed_at(&layout, Level::Product).is_ok());
        assert_eq!(
            fields(&layout, Level::Publisher),
            [format!("action.layout.card.{at}")]
        );
        // The second lock: what got into a publisher's rule all the same says nothing.
        let sneaked = parsed_at(&layout, Level::Product).unwrap();
        let publisher = RenderContext {
            level: Level::Publisher,
            ..context()
        };
        let event = sample_event(TRIGGER);
        let drawn = sneaked
            .card()
            .unwrap()
            .draw(&Template::stored("x"), &event, &publisher, false);
        let name = event.buyer.unwrap().name.unwrap();
        assert!(!serde_json::to_string(&drawn.blocks).unwrap().contains(&name));
    }
}

#[test]
fn a_layout_is_told_in_words() {
    let layout = parsed_at(&json!({"card": whole()}), Level::Product).unwrap();
    assert_eq!(
        layout.summary().as_deref(),
        Some("Card: header, 2 fields, context, button")
    );
    assert_eq!(
        layout.lines(),
        [
            "Header: Sold: {{product_name}}",
            "Fields: Lead: {{lead_id}}; Price: *{{price|money}}*",
            "Context: Rule {{rule_id}}",
            "Button: Open {{lead_id}} → https://crm.example.com/leads?id={{lead_id}}",
        ]
    );
    assert_eq!((Layout::Text.summary(), Layout::Text.lines()), (None, vec![]));
    let names: Vec<_> = layout.card().unwrap().placeholder_names().collect();
    assert!(names.contains(&"price") && names.contains(&"product_name") && names.contains(&"lead_id"));
}

#[test]
fn what_is_too_long_is_cut_visibly_and_said() {
    let mut event = sample_event(TRIGGER);
    event.product.name = Some("ü".repeat(200));
    event.lead.id = "9".repeat(4_000);
    let drawn = draw(&card(&whole()), &"a & b ".repeat(900), &event);
    let told: Vec<_> = drawn
        .cuts
        .iter()
        .map(|cut| (cut.part.as_str(), cut.most))
        .collect();
    assert_eq!(
        told,
        [
            ("the button's address", 3_000),
            ("the header", 150),
            ("the message in the card", 3_000),
            ("field 1", 2_000),
        ]
    );
    let Block::Header { text } = &drawn.blocks.0[0] else {
        panic!("{drawn:?}")
    };
    assert_eq!(text.text().chars().count(), 150);
    assert!(text.text().ends_with("ü…"));
    let json = serde_json::to_string(&drawn.blocks).unwrap();
    assert!(json.contains("The button is left out") && !json.contains("crm.example.com"));
}

#[test]
fn a_cut_falls_between_what_readers_see_as_characters() {
    for (text, most, expected) in [
        ("ae\u{301}x", 3, "a…"),
        ("a👍🏽xx", 5, "a…"),
        ("a👨\u{200D}👩\u{200D}👧xx", 9, "a…"),
        ("a🇩🇪🇫🇷xx", 8, "a🇩🇪…"),
    ] {
        assert_eq!(shorten(text, most, false).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(shorten("abc &amp; def", 11, true).as_deref(), Some("abc…"));
    assert_eq!(
        shorten("abc <https://x.example|y> z", 20, true).as_deref(),
        Some("abc…")
    );
    assert_eq!(
        shorten("```abcdefghijk```", 14, true).as_deref(),
        Some("```abcdef…\n```")
    );
    assert_eq!(shorten("abc", 3, false), None);
}
