//! Lists of rules, and searching them.

use leadbell_domain::{Level, Rule, RuleStatus, Scope, Template, Trigger};
use leadbell_store::{Actor, RuleQuery};

use crate::rules::{author, person};
use crate::samples::{NOON, add_rule, channel, connect, fresh, id, member, product_rule, rule};
use crate::support::Bench;

pub async fn rules_are_listed_newest_first_page_by_page_with_authors(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let author = author(bench).await;
    for _ in 0..5 {
        product_rule(&*bench.store, &connection).await;
    }
    let own = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    bench
        .store
        .insert_rule(&fresh(), &own, &person(&author), NOON)
        .await
        .unwrap();
    let mut query = RuleQuery::of(Scope::All, Level::Product, id("218"));
    query.limit = 4;
    let page = bench.store.list_rules(&query).await.unwrap();
    let numbers = |page: &leadbell_store::Page<leadbell_store::RuleListing>| {
        page.rows.iter().map(|row| row.stored.number).collect::<Vec<_>>()
    };
    assert_eq!((page.total, numbers(&page)), (6, vec![6, 5, 4, 3]));
    assert_eq!(page.rows[0].author_name.as_deref(), Some("Ann Müller"));
    assert_eq!(page.rows[1].author_name, None);
    query.offset = 4;
    let page = bench.store.list_rules(&query).await.unwrap();
    assert_eq!((page.total, numbers(&page)), (6, vec![2, 1]));
}

pub async fn a_list_of_rules_can_be_narrowed(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let sold = product_rule(&*bench.store, &connection).await;
    let rejected = rule(Level::Product, "218", Trigger::LmsLeadRejected, &connection);
    let rejected = add_rule(
        &*bench.store,
        Rule {
            status: RuleStatus::Disabled,
            ..rejected
        },
    )
    .await;
    let elsewhere = add_rule(
        &*bench.store,
        rule(Level::Product, "9", Trigger::LmsLeadSold, &connection),
    )
    .await;
    add_rule(
        &*bench.store,
        rule(Level::Publisher, "218", Trigger::LmsLeadSold, &connection),
    )
    .await;
    let all = RuleQuery {
        entity: None,
        ..RuleQuery::of(Scope::All, Level::Product, id("218"))
    };
    let found = async |query: RuleQuery| {
        let page = bench.store.list_rules(&query).await.unwrap();
        assert_eq!(page.total, page.rows.len() as i64);
        page.rows.into_iter().map(|row| row.stored.id).collect::<Vec<_>>()
    };
    assert_eq!(
        found(all.clone()).await,
        [&elsewhere, &rejected, &sold].map(|rule| rule.id.clone())
    );
    assert_eq!(
        found(RuleQuery {
            entity: Some(id("218")),
            ..all.clone()
        })
        .await
        .len(),
        2
    );
    assert_eq!(
        found(RuleQuery {
            trigger: Some(Trigger::LmsLeadRejected),
            ..all.clone()
        })
        .await,
        std::slice::from_ref(&rejected.id)
    );
    assert_eq!(
        found(RuleQuery {
            status: Some(RuleStatus::Disabled),
            ..all.clone()
        })
        .await,
        [rejected.id]
    );
    assert_eq!(
        found(RuleQuery {
            status: Some(RuleStatus::Active),
            ..all
        })
        .await
        .len(),
        2
    );
}

pub async fn rules_are_found_by_number_name_text_and_target(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let make = |name: &str, text: &str, target| {
        let mut made = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
        made.name = name.to_owned();
        made.action.template = Template::stored(text);
        made.action.target = target;
        made
    };
    let one = add_rule(&*bench.store, make("ÄRZTE Leads", "nothing special", channel(41))).await;
    let two = add_rule(
        &*bench.store,
        make("Москва", "50%_off for {{lead_id}}", member(42)),
    )
    .await;
    let found = async |search: &str| {
        let mut query = RuleQuery::of(Scope::All, Level::Product, id("218"));
        query.search = search.to_owned();
        let page = bench.store.list_rules(&query).await.unwrap();
        assert_eq!(page.total, page.rows.len() as i64);
        page.rows.into_iter().map(|row| row.stored.id).collect::<Vec<_>>()
    };
    let (one, two) = (one.id, two.id);
    assert_eq!(found("ärzte").await, std::slice::from_ref(&one));
    assert_eq!(found("МОСК").await, std::slice::from_ref(&two));
    assert_eq!(found("SPECIAL").await, std::slice::from_ref(&one));
    assert_eq!(found("0%_O").await, std::slice::from_ref(&two));
    assert_eq!(found("0%%").await, []);
    assert_eq!(found("u0000000042").await, std::slice::from_ref(&two));
    assert_eq!(found("#1").await, std::slice::from_ref(&one));
    assert_eq!(found("").await, [two.clone(), one.clone()]);
    // An edit is found by its new words, and not by the old ones.
    let edit = make("Renamed", "nothing special", channel(41));
    bench
        .store
        .update_rule(&one, &edit, &Scope::All, None, &Actor::System, NOON)
        .await
        .unwrap();
    assert_eq!(found("ärzte").await, []);
    assert_eq!(found("renamed").await, [one]);
}
