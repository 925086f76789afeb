//! How pages of the log are found: along indexes, whatever is asked for.

use leadbell_domain::{DeliveryStatus, Level, Platform, Scope, Trigger};
use leadbell_store::{
    DeliveryFilter, DeliveryLogQuery, EventFilter, EventLogQuery, LogPlace, Match, NewEvent, Pools,
    RuleScopes, Walk,
};

use crate::samples::{
    NOON, add_rule, buyers, channel, connect, event, event_for, fresh, id, publishers, rule, told,
};
use crate::support::Bench;

/// Ten times as many events, each with ids of its own.
const MORE: &str = "INSERT INTO events (key, source, event_id, trigger_key, occurred_at, received_at, product_id, \
                    publisher_id, campaign_id, lead_id, call_id, body) SELECT substr(key, 1, 22) || \
                    substr(key, 25, 12) || lpad(g::text, 2, '0'), source, event_id || '-' || g, trigger_key, occurred_at, \
                    received_at + g, product_id, publisher_id, campaign_id, lead_id || g, call_id || g, body \
                    FROM events CROSS JOIN generate_series(1, 10) g";

/// And as many messages of theirs.
const MORE_SENT: &str = "INSERT INTO deliveries (id, event_key, rule_id, rule_version, destination_id, text, status, \
                         created_at, updated_at) SELECT substr(id, 1, 22) || substr(id, 25, 12) || \
                         lpad(g::text, 2, '0'), substr(event_key, 1, 22) || substr(event_key, 25, 12) || \
                         lpad(g::text, 2, '0'), rule_id, rule_version, destination_id, text, status, created_at + g, \
                         updated_at FROM deliveries CROSS JOIN generate_series(1, 10) g";

/// Enough rows that reading all of them is never the quicker way.
async fn fill(bench: &Bench) -> i64 {
    let store = &*bench.store;
    let connection = connect(store).await;
    let made = add_rule(
        store,
        rule(Level::Product, "218", Trigger::LmsLeadSold, &connection),
    )
    .await;
    let mut owned = told(leadbell_domain::EntityKind::Campaign, "8807", "Acme CA");
    owned.buyer = Some(id("402"));
    store.upsert_entities(&[owned], NOON).await.unwrap();
    let events: Vec<NewEvent> = (0..6_000)
        .map(|n| {
            let name = format!("e{n}");
            let plain = if n % 3 == 0 {
                event_for(&name, &made, channel(n % 50))
            } else {
                event(&name)
            };
            let trigger = Trigger::ALL[n % Trigger::ALL.len()];
            NewEvent {
                source: trigger.platform(),
                trigger,
                received_at: NOON + i64::try_from(n).unwrap() * 1_000,
                product: id(&format!("{}", 218 + n % 7)),
                publisher: Some(id(&format!("{}", 1_000 + n % 90))),
                campaign: Some(id(&format!("{}", 8_800 + n % 80))),
                lead_id: format!("{}", 90_000_000 + n),
                call_id: (n % 2 == 0).then(|| format!("c-{n}")),
                ..plain
            }
        })
        .collect();
    for chunk in events.chunks(1_000) {
        store.record_events(chunk).await.unwrap();
    }
    if matches!(bench.pools, Pools::Postgres(_)) {
        // Of a small table it rather reads all.
        bench.tamper(MORE).await;
        bench.tamper(MORE_SENT).await;
    }
    bench.tamper("ANALYZE").await;
    made.number
}

fn readers() -> Vec<(&'static str, RuleScopes)> {
    let platform = Scope::Platform(Platform::Lms);
    vec![
        (
            "all",
            Level::ALL.into_iter().map(|level| (level, Scope::All)).collect(),
        ),
        (
            "a platform's",
            Level::ALL
                .into_iter()
                .map(|level| (level, platform.clone()))
                .collect(),
        ),
        ("a publisher's", vec![(Level::Publisher, publishers(&["1044"]))]),
        ("a buyer agent's", vec![(Level::Campaign, buyers(&["402"]))]),
        ("compliance's", vec![(Level::Publisher, Scope::All)]),
    ]
}

fn filters(number: i64) -> Vec<(&'static str, EventFilter)> {
    let none = EventFilter::default;
    vec![
        ("nothing", none()),
        (
            "time",
            EventFilter {
                from: Some(NOON),
                until: Some(NOON + 9_000_000),
                ..none()
            },
        ),
        (
            "platform",
            EventFilter {
                platform: Some(Platform::Lms),
                ..none()
            },
        ),
        (
            "trigger",
            EventFilter {
                trigger: Some(Trigger::LmsLeadSold),
                ..none()
            },
        ),
        (
            "product",
            EventFilter {
                of: vec![(Level::Product, id("218"))],
                ..none()
            },
        ),
        (
            "publisher",
            EventFilter {
                of: vec![(Level::Publisher, id("1044"))],
                ..none()
            },
        ),
        (
            "campaign",
            EventFilter {
                of: vec![(Level::Campaign, id("8807"))],
                ..none()
            },
        ),
        (
            "several entities",
            EventFilter {
                of: vec![(Level::Product, id("218")), (Level::Publisher, id("1044"))],
                ..none()
            },
        ),
        (
            "an id",
            EventFilter {
                about: Some(("90000007".into(), Match::Whole)),
                ..none()
            },
        ),
        (
            "a beginning",
            EventFilter {
                about: Some(("9000012".into(), Match::Begins)),
                ..none()
            },
        ),
        (
            "a part",
            EventFilter {
                about: Some(("0012".into(), Match::Contains)),
                ..none()
            },
        ),
        (
            "silent",
            EventFilter {
                silent: true,
                ..none()
            },
        ),
        (
            "sent",
            EventFilter {
                status: Some(DeliveryStatus::Sent),
                ..none()
            },
        ),
        (
            "failed",
            EventFilter {
                status: Some(DeliveryStatus::Failed),
                ..none()
            },
        ),
        (
            "suppressed",
            EventFilter {
                status: Some(DeliveryStatus::Suppressed),
                ..none()
            },
        ),
        (
            "code",
            EventFilter {
                code: Some("is_archived".into()),
                ..none()
            },
        ),
        (
            "rule",
            EventFilter {
                rule_number: Some(number),
                ..none()
            },
        ),
        (
            "preset",
            EventFilter {
                preset: Some(fresh()),
                ..none()
            },
        ),
        (
            "destination",
            EventFilter {
                target: Some("C0000000007".into()),
                ..none()
            },
        ),
    ]
}

/// What must not be in a plan: reading a large table from end to end, or putting more into order than a page holds.
fn complaint(bench: &Bench, plan: &[String]) -> Option<String> {
    let wrong = |step: &str| match bench.pools {
        Pools::Sqlite(_) => {
            let scans = ["events", "deliveries", "e", "q"].iter().any(|table| {
                step.starts_with(&format!("SCAN {table}"))
                    && step[5 + table.len()..]
                        .chars()
                        .next()
                        .is_none_or(|next| next == ' ')
                    && !step.contains("_by_time")
            });
            scans || step.contains("AUTOMATIC")
        }
        Pools::Postgres(_) => step.contains("Seq Scan on events") || step.contains("Seq Scan on deliveries"),
    };
    plan.iter().find(|step| wrong(step)).map(|_| plan.join("\n"))
}

pub async fn no_page_of_the_log_reads_more_than_its_indexes(bench: &Bench) {
    let number = fill(bench).await;
    let place = LogPlace {
        at: NOON + 3_000_000,
        id: fresh::<leadbell_domain::EventKey>().into(),
    };
    for (reader, scopes) in readers() {
        for (what, filter) in filters(number) {
            for walk in [
                Walk::Older(None),
                Walk::Older(Some(place.clone())),
                Walk::Newer(Some(place.clone())),
            ] {
                let filter = EventFilter {
                    scopes: scopes.clone(),
                    ..filter.clone()
                };
                let said = format!("{what}, {reader}, {walk:?}");
                let query = EventLogQuery {
                    filter,
                    walk,
                    limit: 20,
                    look_at: 100,
                };
                let plan = bench.store.explain_events(&query).await.unwrap();
                if let Some(plan) = complaint(bench, &plan) {
                    panic!("events by {said}:\n{plan}");
                }
                let filter = DeliveryFilter {
                    scopes: scopes.clone(),
                    status: query.filter.status,
                    code: query.filter.code.clone(),
                    rule_number: query.filter.rule_number,
                    preset: query.filter.preset.clone(),
                    target: query.filter.target.clone(),
                    of: query.filter.of.clone(),
                    about: query.filter.about.as_ref().map(|(about, _)| about.clone()),
                    from: query.filter.from,
                    until: query.filter.until,
                    ..DeliveryFilter::default()
                };
                let query = DeliveryLogQuery {
                    filter,
                    walk: query.walk,
                    limit: 20,
                    look_at: 100,
                };
                let plan = bench.store.explain_deliveries(&query).await.unwrap();
                if let Some(plan) = complaint(bench, &plan) {
                    panic!("deliveries by {said}:\n{plan}");
                }
            }
        }
    }
}
