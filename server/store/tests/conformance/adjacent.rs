//! Active rules of a trigger, wherever they live.

use leadbell_domain::{EntityId, EntityKind, Level, Platform, Rule, RuleStatus, Scope, StoredRule, Trigger};
use leadbell_store::{ActivePlace, ActiveRules, EntityUpsert};

use crate::samples::{NOON, add_rule, buyers, channel, connect, id, ids, publishers, rule, told};
use crate::support::Bench;

fn question(level: Level, trigger: Trigger, place: ActivePlace) -> ActiveRules {
    ActiveRules {
        level,
        scope: Scope::All,
        trigger,
        place,
        target: None,
        limit: 100,
    }
}

fn on(entities: &[&str]) -> ActivePlace {
    ActivePlace::Entities(ids(entities))
}

async fn found(bench: &Bench, questions: &[ActiveRules]) -> Vec<Vec<String>> {
    let found = bench.store.active_rules(questions).await.unwrap();
    let entity = |stored: &StoredRule| EntityId::to_string(&stored.rule.entity);
    found
        .iter()
        .map(|rules| rules.iter().map(entity).collect())
        .collect()
}

fn campaign(number: &str, product: Option<&str>, buyer: &str) -> EntityUpsert {
    EntityUpsert {
        product: product.map(id),
        buyer: Some(id(buyer)),
        platform: Some(Platform::Lms),
        ..told(EntityKind::Campaign, number, "A campaign")
    }
}

pub async fn active_rules_are_found_by_trigger_level_and_place(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let sold = Trigger::LmsLeadSold;
    for (level, entity, trigger) in [
        (Level::Product, "1", sold),
        (Level::Product, "1", Trigger::LmsLeadRejected),
        (Level::Product, "2", sold),
        (Level::Publisher, "1", sold),
        (Level::Publisher, "7", sold),
    ] {
        add_rule(&*bench.store, rule(level, entity, trigger, &connection)).await;
    }
    let disabled = Rule {
        status: RuleStatus::Disabled,
        ..rule(Level::Product, "1", sold, &connection)
    };
    add_rule(&*bench.store, disabled).await;
    let deleted = add_rule(&*bench.store, rule(Level::Publisher, "9", sold, &connection)).await;
    bench
        .tamper(&format!(
            "UPDATE rules SET deleted_at = 1 WHERE id = '{}'",
            deleted.id
        ))
        .await;
    let questions = [
        question(Level::Product, sold, on(&["1"])),
        question(Level::Publisher, sold, ActivePlace::Anywhere),
        question(Level::Product, Trigger::LmsLeadRejected, on(&["2"])),
        question(Level::Product, sold, on(&["1", "2", "3"])),
        ActiveRules {
            limit: 1,
            ..question(Level::Product, sold, ActivePlace::Anywhere)
        },
    ];
    assert_eq!(
        found(bench, &questions).await,
        [vec!["1"], vec!["1", "7"], vec![], vec!["1", "2"], vec!["1"]]
    );
    assert!(bench.store.active_rules(&[]).await.unwrap().is_empty());
}

pub async fn rules_of_a_products_campaigns_are_found_and_of_campaigns_whose_product_nobody_knows(
    bench: &Bench,
) {
    let connection = connect(&*bench.store).await;
    let entities = [
        campaign("10", Some("218"), "402"),
        campaign("11", Some("219"), "402"),
        campaign("12", None, "455"),
    ];
    bench.store.upsert_entities(&entities, NOON).await.unwrap();
    for entity in ["10", "11", "12"] {
        add_rule(
            &*bench.store,
            rule(Level::Campaign, entity, Trigger::LmsCampaignSold, &connection),
        )
        .await;
    }
    let of_product = question(
        Level::Campaign,
        Trigger::LmsCampaignSold,
        ActivePlace::CampaignsOf(id("218")),
    );
    let agents = ActiveRules {
        scope: buyers(&["402"]),
        ..of_product.clone()
    };
    assert_eq!(
        found(bench, &[of_product, agents]).await,
        [vec!["10", "12"], vec!["10"]]
    );
}

pub async fn active_rules_outside_the_scope_are_not_found(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    for (level, entity, trigger) in [
        (Level::Publisher, "1044", Trigger::LmsLeadSold),
        (Level::Publisher, "1051", Trigger::LmsLeadSold),
        (Level::Publisher, "1044", Trigger::ClLeadSold),
    ] {
        add_rule(&*bench.store, rule(level, entity, trigger, &connection)).await;
    }
    let ask = |scope: Scope, trigger| ActiveRules {
        scope,
        ..question(Level::Publisher, trigger, ActivePlace::Anywhere)
    };
    let calls = Scope::Platform(Platform::CallLogic);
    let questions = [
        ask(publishers(&["1051"]), Trigger::LmsLeadSold),
        ask(Scope::Nothing, Trigger::LmsLeadSold),
        ask(calls.clone(), Trigger::LmsLeadSold),
        ask(calls, Trigger::ClLeadSold),
    ];
    assert_eq!(
        found(bench, &questions).await,
        [vec!["1051"], vec![], vec![], vec!["1044"]]
    );
}

pub async fn many_questions_are_answered_in_their_order_and_by_target(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let mut questions = Vec::new();
    for number in 0..120 {
        let mut own = rule(
            Level::Publisher,
            &number.to_string(),
            Trigger::LmsLeadSold,
            &connection,
        );
        own.action.target = channel(number % 3);
        add_rule(&*bench.store, own).await;
        questions.push(question(
            Level::Publisher,
            Trigger::LmsLeadSold,
            on(&[&number.to_string()]),
        ));
    }
    let answers = found(bench, &questions).await;
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(*answer, [number.to_string()]);
    }
    let to_one = ActiveRules {
        target: Some(channel(2).id().to_owned()),
        ..question(Level::Publisher, Trigger::LmsLeadSold, ActivePlace::Anywhere)
    };
    assert_eq!(found(bench, &[to_one]).await[0].len(), 40);
}
