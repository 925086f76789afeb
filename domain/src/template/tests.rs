use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::parse_event;

fn event(sub_id: &str) -> Event {
    parse_event(
        &json!({
            "event_id": "e-1", "trigger": "lms.lead_sold", "occurred_at": "2026-11-23T20:15:03Z",
            "product": {"id": 218, "name": "Debt Relief"},
            "lead": {"id": 90418277, "sub_id": sub_id, "fields": {"email": "john@example.com"}},
            "publisher": {"id": 1044, "name": "Blue Traffic"},
            "campaign": {"id": 8807, "name": "Acme CA"}, "buyer": {"id": 402, "name": "Acme"},
            "money": {"currency": "USD", "price": "42.5000", "total": "42.5", "publisher_earning": "30"}
        }),
        0,
    )
    .unwrap()
}

fn render_at(text: &str, sub_id: &str, level: Level) -> String {
    let template = Template::parse(text, Trigger::LmsLeadSold, level).unwrap();
    let context = RenderContext {
        level,
        rule_number: 7,
        rule_name: "Sales",
        public_url: "https://bell.example.com/",
        shows_personal_data: false,
    };
    template.render(&event(sub_id), &context)
}

fn render(text: &str, sub_id: &str) -> String {
    render_at(text, sub_id, Level::Product)
}

#[test]
fn personal_data_is_masked_unless_the_rule_shows_it() {
    let template = Template::parse("{{field.email}}", Trigger::LmsLeadSold, Level::Product).unwrap();
    let mut event = event("fb");
    event.lead.fields = vec![("email".to_owned(), "john@example.com".to_owned())];
    for (shows_personal_data, told) in [(false, "j***@example.com"), (true, "john@example.com")] {
        let context = RenderContext {
            level: Level::Product,
            rule_number: 7,
            rule_name: "",
            public_url: "https://bell.example.com",
            shows_personal_data,
        };
        assert_eq!(template.render(&event, &context), told);
    }
}

fn refused(text: &str) -> String {
    Template::parse(text, Trigger::LmsLeadSold, Level::Product)
        .unwrap_err()
        .to_string()
}

#[test]
fn placeholders_are_filled_and_formatted() {
    assert_eq!(
        render(
            "Lead {{lead_id}} sold for {{price|money}} to {{ campaign_name | upper }}",
            ""
        ),
        "Lead 90418277 sold for $42.50 to ACME CA"
    );
    assert_eq!(render("{{state}} {{state|default:\"a | b\"}}", ""), "- a | b");
    assert_eq!(
        render("{{event_time|time}}", ""),
        "<!date^1795464903^{date_short_pretty} {time}|2026-11-23T20:15:03.000Z>"
    );
    assert_eq!(
        render("{{field.email}} {{field.none|default:\"no\"}}", ""),
        "j***@example.com no"
    );
    assert_eq!(
        render("{{rule_id}} {{rule_name}} {{log_url}}", "")
            .matches("bell.example.com/log/events/e-1")
            .count(),
        1
    );
}

#[test]
fn the_price_of_a_publisher_rule_is_his_earning() {
    assert_eq!(render_at("{{price}}", "", Level::Publisher), "30.00");
    assert_eq!(render_at("{{price}}", "", Level::Product), "42.50");
}

#[test]
fn the_authors_markup_stays_and_loose_brackets_are_escaped() {
    assert_eq!(
        render("<!here> <@U061F7AUR> *b* <https://x.example/a|see>", ""),
        "<!here> <@U061F7AUR> *b* <https://x.example/a|see>"
    );
    assert_eq!(
        render("5 < 6 & 7 > 3 &amp; <b>", ""),
        "5 &lt; 6 &amp; 7 &gt; 3 &amp; &lt;b&gt;"
    );
}

#[test]
fn data_can_not_mention_or_link() {
    assert_eq!(
        render("{{sub_id}}", "<!channel> <@U1|x> <https://evil|ok> & co"),
        "&lt;!channel&gt; &lt;@U1|x&gt; &lt;https:\u{200B}//evil|ok&gt; &amp; co"
    );
    assert_eq!(render("<{{sub_id}}>", "!channel"), "&lt;!channel&gt;");
    assert_eq!(render("{{sub_id}}", "a\nLead sold!\r\u{0}"), "a Lead sold!  ");
}

#[test]
fn data_in_a_link_can_neither_leave_it_nor_change_its_label() {
    assert_eq!(
        render(
            "<https://crm.example.com/l/{{sub_id}}|Lead {{sub_id}}>",
            "a|b>c/../d"
        ),
        "<https://crm.example.com/l/a%7Cb%3Ec%2F..%2Fd|Lead a/b&gt;c/../d>"
    );
}

#[test]
fn data_may_not_choose_whom_to_mention_or_where_a_link_leads() {
    for text in ["<@{{sub_id}}>", "<!{{sub_id}}>", "<#{{sub_id}}>"] {
        assert!(refused(text).contains("whom to mention"), "{text}");
    }
    for text in [
        "<https://{{sub_id}}|x>",
        "<https://{{sub_id}}/a>",
        "<https://a.{{sub_id}}/b>",
        "<mailto:{{sub_id}}>",
    ] {
        assert!(refused(text).contains("name its site"), "{text}");
    }
}

#[test]
fn mistakes_are_explained() {
    assert!(refused("").contains("Write the message"));
    assert!(refused("{{led_id}}").contains("Did you mean {{lead_id}}?"));
    assert!(refused("{{zzzzzzzzzz}}").ends_with("{{zzzzzzzzzz}}."));
    assert!(refused("Hi {{lead_id").contains("not closed"));
    assert!(refused("{{}}").contains("names nothing"));
    assert!(refused("{{lead_id|shout}}").contains("no formatter"));
    assert!(refused("{{lead_id|default}}").contains("needs a text"));
    assert!(refused(&"x".repeat(1_048_576)).contains("1,048,576"));
    let buyer = Template::parse("{{buyer_name}}", Trigger::LmsLeadSold, Level::Publisher)
        .unwrap_err()
        .to_string();
    assert!(buyer.contains("not available") && buyer.contains("Publisher level"));
}

#[test]
fn a_stored_template_renders_as_the_parsed_one_did() {
    let text = "Lead {{lead_id}} <!here> & {{price|money}}";
    let parsed = Template::parse(text, Trigger::LmsLeadSold, Level::Product).unwrap();
    assert_eq!(Template::stored(text), parsed);
    assert_eq!(Template::stored("broken {{").text(), "broken {{");
}

#[test]
fn a_message_that_grows_too_long_is_cut_between_entities() {
    let text = render(&"{{sub_id}}".repeat(300), &"&".repeat(20));
    assert!(text.chars().count() <= MAX_RENDERED_CHARS);
    assert!(text.contains(";… (cut, "), "{}", &text[text.len() - 60..]);
}

proptest! {
    /// Whatever a value holds, what comes out has no bracket but those of the author.
    #[test]
    fn no_value_brings_a_bracket_of_its_own(value in "\\PC{0,60}") {
        let text = render("[{{sub_id}}]", &value);
        prop_assert!(!text.contains('<') && !text.contains('>'));
        prop_assert!(!text.contains("://"));
    }

    /// No text makes the parser panic, and what it accepts keeps its words.
    #[test]
    fn any_text_is_either_refused_or_kept(text in "[<>{}|!@#a-z&; \"]{0,40}") {
        if let Ok(template) = Template::parse(&text, Trigger::LmsLeadSold, Level::Product) {
            prop_assert_eq!(template.text(), text.trim());
        }
    }
}

#[test]
fn times_and_dates_are_told_in_a_zone_or_on_each_readers_clock() {
    assert_eq!(
        render(
            "{{event_time|time:\"America/New_York\"}} / {{event_time|date:\"Europe/London\"}}",
            ""
        ),
        "23 Nov 2026, 15:15 EST / 23 Nov 2026"
    );
    assert_eq!(
        render("{{event_time|date}}", ""),
        "<!date^1795464903^{date_short_pretty}|2026-11-23T20:15:03.000Z>"
    );
    assert_eq!(render("{{sub_id|time:UTC}} {{state|time}}", "soon"), "soon -");
    assert_eq!(
        render("<https://x.example/a|{{event_time|time:\"UTC\"}}>", ""),
        "<https://x.example/a|23 Nov 2026, 20:15 UTC>"
    );
    assert!(refused("{{event_time|time:\"America/Nowhere\"}}").contains("no time zone"));
    assert!(refused("{{event_time|upper:\"x\"}}").contains("takes no text"));
}

#[test]
fn a_link_leads_to_our_own_address_only() {
    assert_eq!(
        render("{{log_url|link:\"Open | <log> & more\"}}", ""),
        "<https://bell.example.com/log/events/e-1|Open / &lt;log&gt; &amp; more>"
    );
    for text in [
        "{{redirect_url|link:\"x\"}}",
        "{{sub_id|link:\"x\"}}",
        "{{field.site|link:\"x\"}}",
    ] {
        assert!(refused(text).contains("which site to open"), "{text}");
    }
    for text in [
        "{{log_url|upper|link:\"x\"}}",
        "{{log_url|link:\"x\"|default:\"https://evil.example\"}}",
        "{{log_url|default:\"https://evil.example\"|link:\"x\"}}",
    ] {
        assert!(refused(text).contains("stands alone"), "{text}");
    }
    assert!(refused("{{log_url|link}}").contains("text to click on"));
    assert!(refused("{{log_url|link:\" \"}}").contains("text to click on"));
    assert!(refused("<https://x.example/|{{log_url|link:\"x\"}}>").contains("another link"));
}

#[test]
fn the_whole_length_is_known_though_the_message_is_cut() {
    let template = Template::parse(&"{{sub_id}}".repeat(300), Trigger::LmsLeadSold, Level::Product).unwrap();
    let context = RenderContext {
        level: Level::Product,
        rule_number: 7,
        rule_name: "",
        public_url: "https://bell.example.com",
        shows_personal_data: false,
    };
    let (text, length) = template.render_measured(&event(&"x".repeat(20)), &context);
    assert!(text.chars().count() <= MAX_RENDERED_CHARS);
    assert_eq!(length, 6_000);
    let (text, length) = template.render_measured(&event("x"), &context);
    assert_eq!((text.chars().count(), length), (300, 300));
}
