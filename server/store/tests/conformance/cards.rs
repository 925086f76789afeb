//! Cards: kept with their rule and with every message, as they were drawn.

use leadbell_domain::{
    Block, Blocks, CardText, InDoubt, Layout, Level, Outcome, Scope, SendingOptions, StoredRule, Trigger,
};
use leadbell_store::{DeliveryFilter, NewEvent, PlannedSending, RuleQuery};

use crate::samples::{
    NOON, add_rule, channel, claim_one, connect, event, event_for, finish, id, permanent, rule,
};
use crate::support::Bench;

fn layout(header: &str) -> Layout {
    serde_json::from_value(serde_json::json!({"card": {
        "header": header, "fields": [{"label": "Lead", "value": "{{lead_id}}"}],
        "button": {"label": "Open", "url": "https://crm.example.com/{{lead_id}}"},
    }}))
    .unwrap()
}

pub fn card(text: &str) -> Blocks {
    Blocks(vec![Block::Header {
        text: CardText::PlainText {
            text: text.to_owned(),
            emoji: true,
        },
    }])
}

async fn rule_with(bench: &Bench, sending: SendingOptions) -> StoredRule {
    let connection = connect(&*bench.store).await;
    let mut rule = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    rule.action.layout = layout("Sold");
    rule.action.sending = sending;
    add_rule(&*bench.store, rule).await
}

fn with_card(event_id: &str, rule: &StoredRule) -> NewEvent {
    let mut event = event_for(event_id, rule, channel(1));
    event.deliveries[0].blocks = Some(card(&format!("Card \u{1F389} {event_id}")));
    event
}

pub async fn a_rules_card_is_kept_changed_found_by_its_words_and_in_its_versions(bench: &Bench) {
    let made = rule_with(bench, SendingOptions::default()).await;
    assert_eq!(made.rule.action.layout, layout("Sold"));
    let find = async |words: &str| {
        let query = RuleQuery {
            search: words.to_owned(),
            limit: 10,
            ..RuleQuery::of(Scope::All, Level::Product, id("218"))
        };
        bench.store.list_rules(&query).await.unwrap().rows.len()
    };
    assert_eq!((find("crm.example").await, find("Bought").await), (1, 0));
    let mut rule = made.rule.clone();
    rule.action.layout = layout("Bought");
    let changed = bench
        .store
        .update_rule(
            &made.id,
            &rule,
            &Scope::All,
            Some(1),
            &leadbell_store::Actor::System,
            NOON,
        )
        .await
        .unwrap();
    assert_eq!(changed.rule, rule);
    assert_eq!((find("Bought").await, find("Sold \u{1F389}").await), (1, 0));
    let first = bench
        .store
        .rule_version(&made.id, Level::Product, &Scope::All, 1)
        .await;
    assert_eq!(first.unwrap().unwrap().rule, made.rule);
    rule.action.layout = Layout::Text;
    let text = bench
        .store
        .update_rule(
            &made.id,
            &rule,
            &Scope::All,
            Some(2),
            &leadbell_store::Actor::System,
            NOON,
        )
        .await
        .unwrap();
    assert_eq!(text.rule.action.layout, Layout::Text);
}

pub async fn a_message_has_its_card_at_every_try(bench: &Bench) {
    let rule = rule_with(bench, SendingOptions::default()).await;
    let planned = with_card("e1", &rule);
    let expected = planned.deliveries[0].blocks.clone();
    bench.store.record_events(&[planned]).await.unwrap();
    let first = claim_one(&*bench.store, NOON).await;
    assert_eq!((first.text.as_str(), &first.blocks), ("About e1", &expected));
    bench
        .store
        .finish(&[finish(&first, permanent(), NOON)])
        .await
        .unwrap();
    let kept = bench.store.find_delivery(&first.delivery).await.unwrap().unwrap();
    assert_eq!(kept.blocks, expected);
    let filter = DeliveryFilter {
        scopes: Level::ALL.map(|level| (level, Scope::All)).to_vec(),
        ..DeliveryFilter::default()
    };
    assert_eq!(bench.store.resend(&filter, NOON + 1_000).await.unwrap(), 1);
    assert_eq!(claim_one(&*bench.store, NOON + 1_000).await.blocks, expected);
}

pub async fn a_card_that_may_be_there_twice_says_so(bench: &Bench) {
    let rule = rule_with(
        bench,
        SendingOptions {
            in_doubt: InDoubt::Resend,
            ..SendingOptions::default()
        },
    )
    .await;
    let mut planned = with_card("e1", &rule);
    planned.deliveries[0].sending = PlannedSending {
        resends: true,
        ..PlannedSending::default()
    };
    bench.store.record_events(&[planned]).await.unwrap();
    let first = claim_one(&*bench.store, NOON).await;
    let code = "timeout".to_owned();
    let mut doubt = finish(&first, Outcome::Ambiguous { code }, NOON);
    doubt.retry_at = Some(NOON + 1_000);
    bench.store.finish(&[doubt]).await.unwrap();
    let again = claim_one(&*bench.store, NOON + 1_000).await.blocks.unwrap();
    assert_eq!(again.0[..1], first.blocks.unwrap().0);
    let Block::Context { elements } = &again.0[1] else {
        panic!("{again:?}")
    };
    assert!(elements[0].text().starts_with("_Sent again"));
}

pub async fn a_summary_has_no_card(bench: &Bench) {
    let rule = rule_with(bench, SendingOptions::default()).await;
    let events: Vec<NewEvent> = (0..12)
        .map(|number| with_card(&format!("e{number}"), &rule))
        .collect();
    bench.store.record_events(&events).await.unwrap();
    let claim = claim_one(&*bench.store, NOON).await;
    assert!(claim.text.starts_with("*12 messages in one*"), "{}", claim.text);
    assert_eq!(claim.blocks, None);
}

pub async fn the_newest_events_of_a_trigger_and_entity_are_found(bench: &Bench) {
    let mut elsewhere = event("other-product");
    elsewhere.product = id("219");
    let mut other = event("other-trigger");
    other.trigger = Trigger::LmsLeadRejected;
    let events = [event("one"), elsewhere, event("two"), other, event("three")];
    bench.store.record_events(&events).await.unwrap();
    let find = async |level, entity: &str| {
        let entity = id(entity);
        let found = bench
            .store
            .newest_events(Trigger::LmsLeadSold, level, &entity, 2)
            .await;
        let names = found.unwrap().into_iter().map(|event| event.event_id.to_string());
        names.collect::<Vec<_>>()
    };
    assert_eq!(find(Level::Product, "218").await, ["three", "two"]);
    assert_eq!(find(Level::Publisher, "1044").await, ["three", "two"]);
    assert_eq!(find(Level::Product, "219").await, ["other-product"]);
    assert!(find(Level::Campaign, "218").await.is_empty());
}
