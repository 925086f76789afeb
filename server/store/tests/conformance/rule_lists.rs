//! Lists of rules, and searching them.

use leadbell_domain::{Level, Rule, RuleSort, RuleStatus, Scope, Template, Trigger};
use leadbell_store::{Actor, RuleAuthor, RuleFacets, RuleQuery};

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

pub async fn a_list_of_rules_can_be_narrowed_to_an_author_and_a_destination(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let author = author(bench).await;
    let mut own = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    own.action.target = member(42);
    let own = bench
        .store
        .insert_rule(&fresh(), &own, &person(&author), NOON)
        .await
        .unwrap();
    let mut other = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    other.action.target = channel(41);
    let other = add_rule(&*bench.store, other).await;
    let all = RuleQuery::of(Scope::All, Level::Product, id("218"));
    let found = async |query: RuleQuery| {
        let page = bench.store.list_rules(&query).await.unwrap();
        assert_eq!(page.total, page.rows.len() as i64);
        page.rows.into_iter().map(|row| row.stored.id).collect::<Vec<_>>()
    };
    for (wanted, expected) in [
        (RuleAuthor::Person(author.id.clone()), vec![own.id.clone()]),
        (RuleAuthor::Person(fresh()), vec![]),
        (RuleAuthor::Nobody, vec![other.id.clone()]),
    ] {
        let author = Some(wanted);
        assert_eq!(
            found(RuleQuery {
                author,
                ..all.clone()
            })
            .await,
            expected
        );
    }
    for (wanted, expected) in [
        (member(42), vec![own.id.clone()]),
        (channel(41), vec![other.id.clone()]),
        (channel(4), vec![]),
    ] {
        let target = Some(wanted.id().to_owned());
        assert_eq!(
            found(RuleQuery {
                target,
                ..all.clone()
            })
            .await,
            expected
        );
    }
}

pub async fn a_list_of_rules_can_be_sorted(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    for (name, trigger) in [
        ("beta", Trigger::LmsLeadSold),
        ("", Trigger::ClLeadSold),
        ("Alpha", Trigger::LmsCampaignSold),
        ("alpha 2", Trigger::ClLeadSold),
    ] {
        let made = rule(Level::Product, "218", trigger, &connection);
        add_rule(
            &*bench.store,
            Rule {
                name: name.to_owned(),
                ..made
            },
        )
        .await;
    }
    let sorted = async |sort: RuleSort| {
        let query = RuleQuery {
            sort,
            ..RuleQuery::of(Scope::All, Level::Product, id("218"))
        };
        let page = bench.store.list_rules(&query).await.unwrap();
        page.rows
            .into_iter()
            .map(|row| row.stored.number)
            .collect::<Vec<_>>()
    };
    assert_eq!(sorted(RuleSort::Newest).await, [4, 3, 2, 1]);
    assert_eq!(sorted(RuleSort::Oldest).await, [1, 2, 3, 4]);
    assert_eq!(sorted(RuleSort::Name).await, [3, 4, 1, 2]);
    assert_eq!(sorted(RuleSort::Trigger).await, [4, 2, 3, 1]);
    assert_eq!(sorted(RuleSort::Changed).await, [4, 3, 2, 1]);
    let query = RuleQuery::of(Scope::All, Level::Product, id("218"));
    let rows = bench.store.list_rules(&query).await.unwrap().rows;
    let (second, later) = (&rows[2].stored.id, NOON + 1);
    bench
        .store
        .set_rule_status(
            second,
            Level::Product,
            &Scope::All,
            RuleStatus::Disabled,
            &Actor::System,
            later,
        )
        .await
        .unwrap();
    assert_eq!(sorted(RuleSort::Changed).await, [2, 4, 3, 1]);
}

pub async fn an_entity_tells_who_made_its_rules_and_where_they_send_to(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let author = author(bench).await;
    let facets = async |scope: Scope, entity: &str| {
        let facets = bench
            .store
            .rule_facets(&scope, Level::Publisher, &id(entity))
            .await;
        facets.unwrap()
    };
    assert_eq!(facets(Scope::All, "1044").await, RuleFacets::default());
    for (target, maker) in [
        (channel(41), Actor::System),
        (member(42), person(&author)),
        (channel(41), person(&author)),
    ] {
        let mut made = rule(Level::Publisher, "1044", Trigger::LmsLeadSold, &connection);
        made.action.target = target;
        bench
            .store
            .insert_rule(&fresh(), &made, &maker, NOON)
            .await
            .unwrap();
    }
    let mut gone = rule(Level::Publisher, "1044", Trigger::LmsLeadSold, &connection);
    gone.action.target = channel(43);
    let gone = add_rule(&*bench.store, gone).await;
    bench
        .store
        .delete_rule(
            &gone.id,
            Level::Publisher,
            &Scope::All,
            None,
            &Actor::System,
            NOON,
        )
        .await
        .unwrap();
    let told = RuleFacets {
        authors: vec![(author.id.clone(), author.name.clone())],
        by_nobody: true,
        targets: vec![channel(41).id().to_owned(), member(42).id().to_owned()],
    };
    assert_eq!(facets(Scope::All, "1044").await, told);
    assert_eq!(facets(Scope::Publishers(vec![id("1044")]), "1044").await, told);
    for (scope, entity) in [
        (Scope::All, "1051"),
        (Scope::Publishers(vec![id("1051")]), "1044"),
        (Scope::Nothing, "1044"),
    ] {
        assert_eq!(facets(scope, entity).await, RuleFacets::default());
    }
}
