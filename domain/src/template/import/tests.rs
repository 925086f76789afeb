use proptest::prelude::*;

use super::*;
use crate::Template;

fn sold(text: &str) -> Imported {
    import_placeholders(text, Trigger::LmsLeadSold, Level::Product)
}

#[test]
fn the_fields_usual_names_become_ours() {
    for (from, to) in [
        (
            "Lead {lead_id} sold for {price}",
            "Lead {{lead_id}} sold for {{price}}",
        ),
        (
            "[Lead ID] #{leadId} {LEAD-ID}",
            "{{lead_id}} {{lead_id}} {{lead_id}}",
        ),
        (
            "{payout} {revenue} {total}",
            "{{publisher_earning}} {{price}} {{total_price}}",
        ),
        (
            "{affiliate_id} [affiliate] {pub_id}",
            "{{publisher_id}} {{publisher_id}} {{publisher_id}}",
        ),
        (
            "{subid} {aff_sub} [source]",
            "{{sub_id}} {{sub_id}} {{source_name}}",
        ),
        (
            "{buyer} {offer_name} [Offer ID]",
            "{{buyer_name}} {{campaign_name}} {{campaign_id}}",
        ),
        (
            "{email} {first_name} {phone}",
            "{{field.email}} {{field.firstName}} {{field.phone}}",
        ),
        ("{field.loanAmount}", "{{field.loanAmount}}"),
        ("Sold for ${amount}!", "Sold for ${{price}}!"),
    ] {
        let done = sold(from);
        assert_eq!((done.text.as_str(), done.left.len()), (to, 0), "{from}");
        assert!(done.found());
        assert!(
            Template::parse(to, Trigger::LmsLeadSold, Level::Product).is_ok(),
            "{to}"
        );
    }
    let call = import_placeholders("{phone} [duration] {dnis}", Trigger::ClLeadSold, Level::Product);
    assert_eq!(
        call.text,
        "{{caller_number}} {{duration_seconds}} {{dialed_number}}"
    );
    let back = import_placeholders("{revenue}", Trigger::LmsRevenuePingBack, Level::Campaign);
    assert_eq!(back.text, "{{pingback_amount}}");
}

#[test]
fn slacks_markup_links_and_our_own_placeholders_stay() {
    for text in [
        "<!here> <@U061F7AUR> <#C024BE91L|sales> <@{publisher}>",
        "{{lead_id}} {{price|money}} {{x|default:\"{lead_id}\"}} {{",
        "<https://{host}.example.com|{",
        "https://crm.example.com/?filter[name]=1",
        "see [the docs](https://example.com/a) and list[0] or list[price]",
        "[LMS] [URGENT] [NEW] [x] {} { } {a b c d e f g h i j k l m n o p q r s t u v w} {1}",
        "{\"price\": 1} {{{price}}}",
        "a < b > c & {",
    ] {
        let done = sold(text);
        assert_eq!(
            (done.text.as_str(), done.found()),
            (text, false),
            "{:?}",
            done.converted
        );
    }
}

#[test]
fn placeholders_in_the_path_and_label_of_a_link_are_converted_and_its_site_is_not() {
    let done = sold("<https://crm.example.com/leads/{lead_id}?x[y]=1|Lead {lead}> https://a.example/{price}");
    assert_eq!(
        done.text,
        "<https://crm.example.com/leads/{{lead_id}}?x[y]=1|Lead {{lead_id}}> https://a.example/{{price}}"
    );
    assert_eq!(sold("<https://{host}/a>").text, "<https://{host}/a>");
}

#[test]
fn what_is_not_known_stays_and_is_told_with_the_closest_of_ours() {
    let done = sold("{lead_idd} {frobnicate} [weird_thing] {lead_id} {lead_id}");
    assert_eq!(
        done.text,
        "{lead_idd} {frobnicate} [weird_thing] {{lead_id}} {{lead_id}}"
    );
    assert_eq!(
        done.converted,
        [("{lead_id}".to_owned(), "{{lead_id}}".to_owned())]
    );
    let hints: Vec<_> = done
        .left
        .iter()
        .map(|left| (left.written.as_str(), left.hint))
        .collect();
    assert_eq!(
        hints,
        [
            ("{lead_idd}", Some("lead_id")),
            ("{frobnicate}", None),
            ("[weird_thing]", None)
        ]
    );
    assert_eq!(
        done.report(),
        "{lead_id} is now {{lead_id}}. {lead_idd} stays: did you mean {{lead_id}}? {frobnicate} stays: there is nothing \
         like it here. [weird_thing] stays: there is nothing like it here."
    );
}

#[test]
fn a_publishers_rule_gets_nothing_of_the_buyers_side() {
    let text = "{buyer} {campaign} {total} {profit} {offer_id} {revenue} {payout}";
    let done = import_placeholders(text, Trigger::LmsLeadSold, Level::Publisher);
    assert_eq!(
        done.text,
        "{buyer} {campaign} {total} {profit} {offer_id} {{price}} {{publisher_earning}}"
    );
    let safe = |name: &str| placeholders(Trigger::LmsLeadSold, Level::Publisher).any(|own| own.name == name);
    assert!(done.left.iter().filter_map(|left| left.hint).all(safe));
}

#[test]
fn every_name_of_the_table_is_one_of_ours_and_squashed() {
    for (ours, others) in NAMES.iter().chain(&FIELDS) {
        for name in ours.split(' ') {
            let somewhere = Trigger::ALL
                .into_iter()
                .any(|trigger| is_offered(name, trigger, Level::Product));
            assert!(somewhere, "{name}");
        }
        for other in others.split(' ') {
            assert_eq!(squashed(other), other, "{ours}");
        }
    }
}

proptest! {
    /// Whatever comes in, converting it again changes nothing, and what is ours already is not touched.
    #[test]
    fn converting_is_done_once_and_for_all(text in "[a-z_ {}\\[\\]#<>|/:.@!é-]{0,60}|(\\{(lead_id|price|x)\\}|\\[payout\\]|<https://a\\.b/|\\{\\{|\\}\\}|>| ){0,12}") {
        let once = sold(&text);
        let twice = sold(&once.text);
        prop_assert_eq!(&twice.text, &once.text);
        prop_assert!(!twice.found());
        if !once.found() {
            prop_assert_eq!(&once.text, &text);
        }
    }
}
