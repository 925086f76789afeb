//! Lists of rules: of a product with 25,000 of them, and of all products.

use leadbell_domain::{Level, Platform, RuleSort, RuleStatus, Scope, Trigger, UserId};
use leadbell_store::{RuleAuthor, RuleQuery, Store};

use crate::{Figures, ids};

pub async fn measure(figures: &mut Figures, store: &dyn Store) {
    for (what, query) in lists() {
        let list = async || drop(store.list_rules(&query).await.expect("rules"));
        figures.take(format!("rules: {what}"), list).await;
    }
    let busy = &ids(1..2)[0];
    for (what, level, scope) in [
        ("a product", Level::Product, Scope::All),
        (
            "a product, for LMS",
            Level::Product,
            Scope::Platform(Platform::Lms),
        ),
        (
            "a publisher, for his agent",
            Level::Publisher,
            Scope::Publishers(ids(1..51)),
        ),
    ] {
        let facets = async || drop(store.rule_facets(&scope, level, busy).await.expect("facets"));
        figures
            .take(format!("rules: authors and destinations of {what}"), facets)
            .await;
    }
    let deleted = async || {
        let page = store.list_deleted_rules(Level::Product, busy, &Scope::All, 0, 50);
        drop(page.await.expect("rules"));
    };
    figures.take("rules: deleted ones of a product", deleted).await;
}

fn lists() -> Vec<(String, RuleQuery)> {
    let busy = ids(1..2).remove(0);
    let of_product = RuleQuery::of(Scope::All, Level::Product, busy);
    let whole = RuleQuery {
        entity: None,
        ..of_product.clone()
    };
    let author = UserId::new("01931c3e-7b1a-7c3e-9a55-000000000007").expect("an id");
    let mut lists = Vec::new();
    for (whose, of, last) in [
        ("of a product", of_product, 24_950),
        ("of all products", whole, 49_950),
    ] {
        let mut add = |what: &str, query: RuleQuery| lists.push((format!("{whose}, {what}"), query));
        for sort in RuleSort::ALL {
            add(sort.label(), RuleQuery { sort, ..of.clone() });
            add(
                &format!("{}, last page", sort.label()),
                RuleQuery {
                    sort,
                    offset: last,
                    ..of.clone()
                },
            );
        }
        for q in ["rule 123", "no such", "#7", "x"] {
            add(
                &format!("“{q}”"),
                RuleQuery {
                    search: q.to_owned(),
                    ..of.clone()
                },
            );
        }
        add(
            "of a trigger",
            RuleQuery {
                trigger: Some(Trigger::LmsLeadRejected),
                ..of.clone()
            },
        );
        add(
            "disabled",
            RuleQuery {
                status: Some(RuleStatus::Disabled),
                ..of.clone()
            },
        );
        add(
            "of an author, by name",
            RuleQuery {
                author: Some(RuleAuthor::Person(author.clone())),
                sort: RuleSort::Name,
                ..of.clone()
            },
        );
        add(
            "to a channel",
            RuleQuery {
                target: Some("C0SALES7".to_owned()),
                ..of.clone()
            },
        );
        add(
            "for LMS",
            RuleQuery {
                scope: Scope::Platform(Platform::Lms),
                ..of
            },
        );
    }
    lists.push((
        "of 50 publishers, for their agent".to_owned(),
        RuleQuery {
            entity: None,
            ..RuleQuery::of(
                Scope::Publishers(ids(1..51)),
                Level::Publisher,
                ids(1..2).remove(0),
            )
        },
    ));
    lists.push((
        "of a campaign, for its buyer's agent".to_owned(),
        RuleQuery::of(Scope::Buyers(ids(1..51)), Level::Campaign, ids(7..8).remove(0)),
    ));
    lists
}
