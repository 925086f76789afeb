//! What the log of deliveries, its desk and the health page ask.

use leadbell_domain::{DeliveryStatus, EventId, Level, Platform, Scope};
use leadbell_store::{
    DeliveryFilter, DeliveryLogQuery, DeliveryQuery, DestinationQuery, LOOK_AT, RuleScopes, Walk,
};

use crate::figures::Question;
use crate::fill::{Log, entity};

/// Rows of a page, and one more that tells whether there is another.
const PAGE: i64 = 51;

/// All the deliveries of every level.
pub fn all() -> RuleScopes {
    Level::ALL.into_iter().map(|level| (level, Scope::All)).collect()
}

fn page(name: impl Into<String>, filter: DeliveryFilter, walk: Walk) -> Question {
    Question::new(format!("deliveries: {}", name.into()), move |store| {
        let (filter, walk) = (filter.clone(), walk.clone());
        Box::pin(async move {
            let query = DeliveryLogQuery {
                filter,
                walk,
                limit: PAGE,
                look_at: LOOK_AT,
            };
            store.delivery_log(&query).await.expect("the log").rows.len()
        })
    })
}

fn filters(log: &Log) -> Vec<(&'static str, DeliveryFilter)> {
    let of = |scopes: RuleScopes| DeliveryFilter {
        scopes,
        ..DeliveryFilter::default()
    };
    let any = of(all());
    let status = |status| DeliveryFilter {
        status: Some(status),
        ..any.clone()
    };
    let on = |level, number| DeliveryFilter {
        of: vec![(level, entity(number))],
        ..any.clone()
    };
    let publishers = |ids: Vec<usize>| {
        of(vec![(
            Level::Publisher,
            Scope::Publishers(ids.into_iter().map(entity).collect()),
        )])
    };
    let buyers = of(vec![(Level::Campaign, Scope::Buyers(vec![entity(7), entity(8)]))]);
    vec![
        ("everything", any.clone()),
        ("sent", status(DeliveryStatus::Sent)),
        ("failed", status(DeliveryStatus::Failed)),
        ("not certain", status(DeliveryStatus::Ambiguous)),
        ("queued", status(DeliveryStatus::Queued)),
        (
            "failed for a reason",
            DeliveryFilter {
                code: Some("msg_too_long".to_owned()),
                ..status(DeliveryStatus::Failed)
            },
        ),
        (
            "of a busy rule",
            DeliveryFilter {
                rule_number: Some(1),
                ..any.clone()
            },
        ),
        (
            "of a rule, failed",
            DeliveryFilter {
                rule_number: Some(7),
                ..status(DeliveryStatus::Failed)
            },
        ),
        (
            "of a rule that never fired",
            DeliveryFilter {
                rule_number: Some(log.silent_rule()),
                ..any.clone()
            },
        ),
        (
            "of no such rule",
            DeliveryFilter {
                rule_number: Some(99_999),
                ..any.clone()
            },
        ),
        ("of a product", on(Level::Product, 11)),
        ("of a product whose rules never fire", on(Level::Product, 3)),
        ("of a rare product", on(Level::Product, log.rare_product())),
        ("of a campaign", on(Level::Campaign, 11)),
        ("of a publisher", on(Level::Publisher, 42)),
        ("of a rare publisher", on(Level::Publisher, log.rare_publisher())),
        ("of no such publisher", on(Level::Publisher, 999_999)),
        (
            "of a product and a publisher",
            DeliveryFilter {
                of: vec![(Level::Product, entity(3)), (Level::Publisher, entity(42))],
                ..any.clone()
            },
        ),
        (
            "through a connection",
            DeliveryFilter {
                connection: Some(log.connection(1)),
                ..any.clone()
            },
        ),
        (
            "through an idle connection",
            DeliveryFilter {
                connection: Some(log.idle_connection()),
                ..any.clone()
            },
        ),
        (
            "to a channel",
            DeliveryFilter {
                target: Some(log.channel(1)),
                ..any.clone()
            },
        ),
        (
            "to no such channel",
            DeliveryFilter {
                target: Some("C0NOWHERE".to_owned()),
                ..any.clone()
            },
        ),
        (
            "about a lead",
            DeliveryFilter {
                about: Some(log.lead(log.events / 2)),
                ..any.clone()
            },
        ),
        (
            "about an event",
            DeliveryFilter {
                about: Some(log.event_id(log.events / 2)),
                ..any.clone()
            },
        ),
        (
            "about nothing known",
            DeliveryFilter {
                about: Some("no-such-lead".to_owned()),
                ..any.clone()
            },
        ),
        (
            "of a day long ago",
            DeliveryFilter {
                from: Some(log.day(5)),
                until: Some(log.day(6)),
                ..any.clone()
            },
        ),
        (
            "of a day before all",
            DeliveryFilter {
                from: Some(log.day(-9)),
                until: Some(log.day(-8)),
                ..any.clone()
            },
        ),
        (
            "of a day long ago, of a publisher",
            DeliveryFilter {
                from: Some(log.day(5)),
                until: Some(log.day(6)),
                ..on(Level::Publisher, 42)
            },
        ),
        (
            "of a day long ago, failed",
            DeliveryFilter {
                from: Some(log.day(5)),
                until: Some(log.day(6)),
                ..status(DeliveryStatus::Failed)
            },
        ),
        ("for an agent of 50 publishers", publishers((1..51).collect())),
        (
            "for a publisher without rules",
            publishers(vec![log.rare_publisher()]),
        ),
        ("for an agent of 2 buyers", buyers),
        (
            "for the LMS admin",
            of(Level::ALL
                .into_iter()
                .map(|level| (level, Scope::Platform(Platform::Lms)))
                .collect()),
        ),
        (
            "for the Call Logic admin",
            of(Level::ALL
                .into_iter()
                .map(|level| (level, Scope::Platform(Platform::CallLogic)))
                .collect()),
        ),
    ]
}

/// What is asked.
pub fn questions(log: &Log) -> Vec<Question> {
    let mut all_of_it = Vec::new();
    for (name, filter) in filters(log) {
        all_of_it.push(page(name, filter.clone(), Walk::Older(None)));
        if matches!(
            name,
            "everything" | "failed" | "of a busy rule" | "of a publisher" | "for an agent of 50 publishers"
        ) {
            // In the middle of what there is: by then an offset would have passed half of it.
            all_of_it.push(page(
                format!("{name}, a page in the middle"),
                filter,
                log.middle(),
            ));
        }
    }
    let plan = DeliveryFilter {
        scopes: all(),
        status: Some(DeliveryStatus::Failed),
        ..DeliveryFilter::default()
    };
    all_of_it.push(Question::new(
        "sending again: what it would do to all that failed",
        move |store| {
            let plan = plan.clone();
            Box::pin(async move { store.resend_plan(&plan).await.expect("a plan").len() })
        },
    ));
    let hour_ago = log.day(40) - 3_600_000;
    all_of_it.push(Question::new(
        "health: what failed in an hour, what is not certain",
        move |store| {
            Box::pin(async move {
                let found = store.troubles(&all(), hour_ago).await.expect("figures");
                usize::try_from(found.ambiguous).unwrap_or_default()
            })
        },
    ));
    all_of_it.push(Question::new("health: channels with a queue", |store| {
        Box::pin(async move {
            let query = DestinationQuery {
                scope: leadbell_store::ConnectionScope::All,
                only_refused: false,
                limit: 101,
            };
            store.destination_states(&query).await.expect("figures").len()
        })
    }));
    let event = EventId::new(log.event_id(log.events / 3)).expect("an id");
    all_of_it.push(Question::new("REST: deliveries of an event", move |store| {
        let event_id = Some(event.clone());
        Box::pin(async move {
            let query = DeliveryQuery {
                event_id,
                limit: PAGE,
                ..DeliveryQuery::default()
            };
            store.list_deliveries(&query).await.expect("deliveries").len()
        })
    }));
    all_of_it
}
