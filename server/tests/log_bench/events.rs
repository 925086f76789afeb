//! What the log of events asks.

use leadbell_domain::{DeliveryStatus, EventId, Level, Platform, Scope, Trigger};
use leadbell_store::{EventFilter, EventLogQuery, LOOK_AT, Match, RuleScopes, Walk};

use crate::deliveries::all;
use crate::figures::Question;
use crate::fill::{Log, entity};

fn page(name: &str, filter: EventFilter, walk: Walk) -> Question {
    Question::new(format!("events: {name}"), move |store| {
        let (filter, walk) = (filter.clone(), walk.clone());
        Box::pin(async move {
            let query = EventLogQuery {
                filter,
                walk,
                limit: 51,
                look_at: LOOK_AT,
            };
            store.event_log(&query).await.expect("the log").rows.len()
        })
    })
}

/// What is asked.
pub fn questions(log: &Log) -> Vec<Question> {
    let of = |scopes: RuleScopes| EventFilter {
        scopes,
        ..EventFilter::default()
    };
    let any = of(all());
    let on = |level, number| EventFilter {
        of: vec![(level, entity(number))],
        ..any.clone()
    };
    let about = |text: String, how| EventFilter {
        about: Some((text, how)),
        ..any.clone()
    };
    let publishers = |ids: Vec<usize>| {
        let ids = ids.into_iter().map(entity).collect();
        of(vec![(Level::Publisher, Scope::Publishers(ids))])
    };
    let newest = Walk::Older(None);
    let filters = [
        ("everything", any.clone()),
        (
            "of a trigger",
            EventFilter {
                trigger: Some(Trigger::LmsLeadSold),
                ..any.clone()
            },
        ),
        (
            "of a trigger that never came",
            EventFilter {
                trigger: Some(Trigger::LmsRevenuePingBack),
                ..any.clone()
            },
        ),
        (
            "of Call Logic",
            EventFilter {
                platform: Some(Platform::CallLogic),
                ..any.clone()
            },
        ),
        ("of a product", on(Level::Product, 11)),
        ("of a rare product", on(Level::Product, log.rare_product())),
        ("of a campaign", on(Level::Campaign, 11)),
        ("of a publisher", on(Level::Publisher, 42)),
        ("of a rare publisher", on(Level::Publisher, log.rare_publisher())),
        ("of no such publisher", on(Level::Publisher, 999_999)),
        (
            "for which no rule fired",
            EventFilter {
                silent: true,
                ..any.clone()
            },
        ),
        (
            "whose message failed",
            EventFilter {
                status: Some(DeliveryStatus::Failed),
                ..any.clone()
            },
        ),
        (
            "for which a rule fired",
            EventFilter {
                rule_number: Some(7),
                ..any.clone()
            },
        ),
        (
            "for which a rule that never fired did",
            EventFilter {
                rule_number: Some(log.silent_rule()),
                ..any.clone()
            },
        ),
        (
            "to a channel",
            EventFilter {
                target: Some(log.channel(1)),
                ..any.clone()
            },
        ),
        (
            "of a day long ago",
            EventFilter {
                from: Some(log.day(5)),
                until: Some(log.day(6)),
                ..any.clone()
            },
        ),
        (
            "of a publisher, a day long ago",
            EventFilter {
                from: Some(log.day(5)),
                until: Some(log.day(6)),
                ..on(Level::Publisher, 42)
            },
        ),
        ("about a lead", about(log.lead(log.events / 2), Match::Whole)),
        (
            "about leads that begin so",
            about(log.lead(log.events / 2)[..6].to_owned(), Match::Begins),
        ),
        (
            "about an event",
            about(log.event_id(log.events / 2), Match::Whole),
        ),
        (
            "about ids with this in them",
            about("777".to_owned(), Match::Contains),
        ),
        (
            "about nothing known",
            about("no-such-lead".to_owned(), Match::Contains),
        ),
        ("for an agent of 50 publishers", publishers((1..51).collect())),
        (
            "for a publisher without rules",
            publishers(vec![log.rare_publisher()]),
        ),
        (
            "for an agent of 2 buyers",
            of(vec![(Level::Campaign, Scope::Buyers(vec![entity(7), entity(8)]))]),
        ),
    ];
    let mut asked: Vec<Question> = filters
        .into_iter()
        .map(|(name, filter)| page(name, filter, newest.clone()))
        .collect();
    asked.push(page(
        "everything, a page in the middle",
        any.clone(),
        log.middle(),
    ));
    asked.push(page(
        "of a publisher, a page in the middle",
        on(Level::Publisher, 42),
        log.middle(),
    ));
    let event = EventId::new(log.event_id(log.events / 3)).expect("an id");
    asked.push(Question::new("events: one of them", move |store| {
        let event = event.clone();
        Box::pin(async move { store.logged_events(&event, &all()).await.expect("events").len() })
    }));
    asked
}
