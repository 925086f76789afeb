//! The log of events: narrowed, paged, and only what the reader's rules could watch.

use leadbell_domain::{DeliveryStatus, EventId, Level, Platform, Scope, Trigger};
use leadbell_store::{
    EventFilter, EventLogQuery, LOOK_AT, LogPage, LoggedEvent, Match, NewEvent, RuleScopes, Walk,
};

use crate::samples::{
    NOON, add_rule, buyers, channel, claim, connect, event, event_for, finish, fresh, id, permanent,
    publishers, queue, rule, told,
};
use crate::support::Bench;

fn all() -> EventFilter {
    EventFilter {
        scopes: Level::ALL.into_iter().map(|level| (level, Scope::All)).collect(),
        ..EventFilter::default()
    }
}

async fn page(
    bench: &Bench,
    filter: EventFilter,
    walk: Walk,
    limit: i64,
    look_at: i64,
) -> LogPage<LoggedEvent> {
    let query = EventLogQuery {
        filter,
        walk,
        limit,
        look_at,
    };
    bench.store.event_log(&query).await.unwrap()
}

fn names(page: &LogPage<LoggedEvent>) -> Vec<&str> {
    page.rows.iter().map(|row| row.event_id.as_str()).collect()
}

async fn found(bench: &Bench, filter: EventFilter) -> Vec<String> {
    let page = page(bench, filter, Walk::Older(None), 100, LOOK_AT).await;
    assert_eq!((&page.next, page.searched), (&None, None));
    names(&page).into_iter().map(str::to_owned).collect()
}

fn at(event_id: &str, minute: i64) -> NewEvent {
    NewEvent {
        received_at: NOON + minute * 60_000,
        ..event(event_id)
    }
}

async fn record(bench: &Bench, events: &[NewEvent]) {
    bench.store.record_events(events).await.unwrap();
}

pub async fn events_are_listed_newest_first_and_pages_stay_while_more_arrive(bench: &Bench) {
    // Two arrive in the same millisecond: their ids tell them apart.
    record(bench, &[at("a", 1), at("b", 2), at("c", 2), at("d", 3)]).await;
    let first = page(bench, all(), Walk::Older(None), 2, LOOK_AT).await;
    assert_eq!(names(&first), ["d", "c"]);
    record(bench, &[at("e", 4)]).await;
    let place = first.next.clone();
    let second = page(bench, all(), Walk::Older(place), 2, LOOK_AT).await;
    assert_eq!(names(&second), ["b", "a"]);
    assert_eq!(second.next, None);
    // What has come since, oldest first, and then nothing any more.
    let newer = Walk::Newer(Some(first.rows[0].place()));
    let tail = page(bench, all(), newer, 10, LOOK_AT).await;
    assert_eq!(names(&tail), ["e"]);
    let end = Walk::Newer(Some(tail.rows[0].place()));
    assert!(page(bench, all(), end, 10, LOOK_AT).await.rows.is_empty());
}

pub async fn events_are_narrowed_by_what_they_are_about(bench: &Bench) {
    let call = NewEvent {
        source: Platform::CallLogic,
        trigger: Trigger::ClCampaignSold,
        product: id("310"),
        publisher: None,
        campaign: Some(id("9102")),
        lead_id: "77001".to_owned(),
        call_id: Some("c-5b1e".to_owned()),
        ..at("call-1", 9)
    };
    record(bench, &[at("a", 1), at("b", 5), call]).await;
    let only = async |filter| found(bench, filter).await;
    let platform = Some(Platform::CallLogic);
    assert_eq!(only(EventFilter { platform, ..all() }).await, ["call-1"]);
    let trigger = Some(Trigger::LmsLeadSold);
    assert_eq!(only(EventFilter { trigger, ..all() }).await, ["b", "a"]);
    for (level, entity, expected) in [
        (Level::Product, "218", vec!["b", "a"]),
        (Level::Campaign, "9102", vec!["call-1"]),
        (Level::Publisher, "1044", vec!["b", "a"]),
        (Level::Publisher, "1051", vec![]),
    ] {
        let of = vec![(level, id(entity))];
        assert_eq!(only(EventFilter { of, ..all() }).await, expected, "{entity}");
    }
    let (from, until) = (Some(NOON + 60_000), Some(NOON + 300_000));
    assert_eq!(only(EventFilter { from, until, ..all() }).await, ["a"]);
    for (text, how, expected) in [
        ("90210", Match::Whole, vec!["b", "a"]),
        ("902", Match::Whole, vec![]),
        ("902", Match::Begins, vec!["b", "a"]),
        ("c-5", Match::Begins, vec!["call-1"]),
        ("call-1", Match::Begins, vec!["call-1"]),
        ("021", Match::Begins, vec![]),
        ("021", Match::Contains, vec!["b", "a"]),
        ("5b1", Match::Contains, vec!["call-1"]),
        ("%", Match::Contains, vec![]),
    ] {
        let about = Some((text.to_owned(), how));
        assert_eq!(
            only(EventFilter { about, ..all() }).await,
            expected,
            "{text} {how:?}"
        );
    }
}

pub async fn events_are_narrowed_by_what_they_caused(bench: &Bench) {
    let first = queue(&*bench.store, &[channel(1), channel(2)]).await;
    record(bench, &[at("silent", 1)]).await;
    let claims = claim(&*bench.store, NOON).await;
    let one = claims.iter().find(|held| held.target == channel(1)).unwrap();
    bench
        .store
        .finish(&[finish(one, permanent(), NOON)])
        .await
        .unwrap();
    let only = async |filter| found(bench, filter).await;
    let status = Some(DeliveryStatus::Failed);
    assert_eq!(only(EventFilter { status, ..all() }).await, ["e0"]);
    let code = Some("msg_too_long".to_owned());
    assert_eq!(only(EventFilter { code, ..all() }).await, ["e0"]);
    let target = Some("C0000000002".to_owned());
    assert_eq!(only(EventFilter { target, ..all() }).await, ["e1"]);
    let rule_number = Some(first.number);
    assert_eq!(only(EventFilter { rule_number, ..all() }).await, ["e1", "e0"]);
    assert_eq!(
        only(EventFilter {
            rule_number: Some(99),
            ..all()
        })
        .await,
        [""; 0]
    );
    assert_eq!(
        only(EventFilter {
            preset: Some(fresh()),
            ..all()
        })
        .await,
        [""; 0]
    );
    assert_eq!(
        only(EventFilter {
            silent: true,
            ..all()
        })
        .await,
        ["silent"]
    );
    let about = Some(("e".to_owned(), Match::Begins));
    assert_eq!(
        only(EventFilter {
            about,
            status,
            ..all()
        })
        .await,
        ["e0"]
    );
    let rows = page(bench, all(), Walk::Older(None), 9, LOOK_AT).await.rows;
    let fired = &rows[2].fired[0];
    assert_eq!(rows[2].event_id.as_str(), "e0");
    assert_eq!(
        (fired.rule_number, fired.status),
        (first.number, DeliveryStatus::Failed)
    );
    assert_eq!(
        (&fired.target, fired.code.as_deref()),
        (&channel(1), Some("msg_too_long"))
    );
}

pub async fn an_event_with_several_messages_is_one_row_wherever_a_page_ends(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let mut rules = Vec::new();
    for _ in 0..3 {
        rules.push(
            add_rule(
                &*bench.store,
                rule(Level::Product, "218", Trigger::LmsLeadSold, &connection),
            )
            .await,
        );
    }
    // Their messages interleave, as those of events that arrive at once do.
    let mut events = vec![event("x"), event("y")];
    for rule in &rules {
        for event in &mut events {
            let name = event.event_id.to_string();
            let planned = event_for(&name, rule, channel(1)).deliveries;
            event.deliveries.extend(planned);
        }
    }
    record(bench, &events).await;
    for walk in [Walk::Older(None), Walk::Newer(None)] {
        let status = Some(DeliveryStatus::Queued);
        let (mut seen, mut next) = (Vec::new(), walk);
        loop {
            let page = page(bench, EventFilter { status, ..all() }, next.clone(), 1, LOOK_AT).await;
            seen.extend(page.rows.iter().map(|row| row.event_id.to_string()));
            next = match (next, page.next) {
                (_, None) => break,
                (Walk::Older(_), place) => Walk::Older(place),
                (Walk::Newer(_), place) => Walk::Newer(place),
            };
        }
        seen.sort();
        assert_eq!(seen, ["x", "y"]);
    }
}

pub async fn a_search_that_finds_little_says_how_far_it_came_and_goes_on(bench: &Bench) {
    let mut events: Vec<NewEvent> = (0..50).map(|n| at(&format!("n{n}"), n)).collect();
    events[3].lead_id = "needle".to_owned();
    record(bench, &events).await;
    let about = Some(("eedl".to_owned(), Match::Contains));
    let filter = EventFilter { about, ..all() };
    let (mut steps, mut walk) = (Vec::new(), Walk::Older(None));
    let hit = loop {
        let page = page(bench, filter.clone(), walk, 5, 20).await;
        if let Some(row) = page.rows.first() {
            assert_eq!(page.next, None);
            break row.event_id.clone();
        }
        steps.push(page.searched.unwrap());
        walk = Walk::Older(page.next);
    };
    assert_eq!(hit, EventId::new("n3").unwrap());
    assert_eq!(steps, [NOON + 30 * 60_000, NOON + 10 * 60_000]);
}

pub async fn nobody_sees_events_that_no_rule_of_his_could_watch(bench: &Bench) {
    let campaign = |event_id: &str, campaign: &str| NewEvent {
        trigger: Trigger::LmsCampaignRejected,
        campaign: Some(id(campaign)),
        ..at(event_id, 2)
    };
    let others = NewEvent {
        publisher: Some(id("1051")),
        ..at("others", 3)
    };
    let call = NewEvent {
        source: Platform::CallLogic,
        trigger: Trigger::ClLeadSold,
        ..at("call", 4)
    };
    let kind = leadbell_domain::EntityKind::Campaign;
    let owned = |campaign: &str, buyer: &str| leadbell_store::EntityUpsert {
        buyer: Some(id(buyer)),
        ..told(kind, campaign, campaign)
    };
    bench
        .store
        .upsert_entities(&[owned("8807", "402"), owned("8820", "455")], NOON)
        .await
        .unwrap();
    record(
        bench,
        &[
            at("his", 1),
            campaign("tried", "8807"),
            campaign("elsewhere", "8820"),
            others,
            call,
        ],
    )
    .await;
    let cases: [(RuleScopes, Vec<&str>); 6] = [
        (
            vec![(Level::Publisher, publishers(&["1044"]))],
            vec!["call", "his"],
        ),
        (
            vec![(Level::Publisher, Scope::All)],
            vec!["call", "others", "his"],
        ),
        (vec![(Level::Campaign, buyers(&["402"]))], vec!["tried"]),
        (
            Level::ALL
                .into_iter()
                .map(|level| (level, Scope::Platform(Platform::CallLogic)))
                .collect(),
            vec!["call"],
        ),
        (vec![(Level::Publisher, publishers(&[]))], vec![]),
        (Vec::new(), vec![]),
    ];
    for (scopes, expected) in cases {
        let filter = EventFilter {
            scopes: scopes.clone(),
            ..EventFilter::default()
        };
        assert_eq!(found(bench, filter.clone()).await, expected, "{scopes:?}");
        // Not by asking for what is another's either.
        for of in [(Level::Publisher, "1051"), (Level::Campaign, "8820")] {
            let of = vec![(of.0, id(of.1))];
            let narrowed = found(bench, EventFilter { of, ..filter.clone() }).await;
            assert!(
                narrowed.iter().all(|name| expected.contains(&name.as_str())),
                "{scopes:?}"
            );
        }
        for name in ["his", "tried", "elsewhere", "others", "call"] {
            let event_id = EventId::new(name).unwrap();
            let one = bench.store.logged_events(&event_id, &scopes).await.unwrap();
            assert_eq!(
                one.len(),
                usize::from(expected.contains(&name)),
                "{name} {scopes:?}"
            );
        }
    }
}
