//! What rules are tried on, test runs, and backtests.

use leadbell_domain::{EventId, Kept, Level, Platform, RuleDraft, Scope, Timestamp, Trigger};
use leadbell_store::{
    Actor, Backtest, BacktestLimits, BacktestStatus, EventsOf, NewEvent, Pools, Reached, Store, TestAnswer,
    TestRun, TestRunQuery, TestSource, TestVerdict,
};

use crate::keeping::prune;
use crate::samples::{NOON, buyers, connect, event, fresh, id, product_rule, publishers, rule};
use crate::support::Bench;

const DAY: Timestamp = 24 * 60 * 60 * 1_000;

fn of(level: Level, entity: &str) -> EventsOf {
    EventsOf {
        level,
        entity: id(entity),
        trigger: Trigger::LmsLeadSold,
        from: NOON,
        until: NOON + DAY,
    }
}

fn at(event_id: &str, after: Timestamp) -> NewEvent {
    NewEvent {
        received_at: NOON + after,
        ..event(event_id)
    }
}

async fn bodies(store: &dyn Store, of: &EventsOf, limit: i64) -> Vec<Vec<String>> {
    let (mut parts, mut of) = (Vec::new(), of.clone());
    loop {
        let part = store.arrivals(&of, limit).await.unwrap();
        parts.push(part.events.into_iter().map(|event| event.body).collect());
        match part.next {
            Some(next) => of.from = next,
            None => return parts,
        }
    }
}

pub async fn events_of_an_entity_come_in_parts_that_are_complete_and_in_order(bench: &Bench) {
    let store = &*bench.store;
    let mut events: Vec<NewEvent> = (0..40).map(|n| at(&format!("e{n:02}"), n / 7)).collect();
    // Before, after, of another entity, of another trigger.
    events.push(at("before", -1));
    events.push(at("after", DAY));
    events.push(NewEvent {
        product: id("219"),
        publisher: Some(id("7")),
        ..at("elsewhere", 3)
    });
    events.push(NewEvent {
        trigger: Trigger::LmsLeadRejected,
        ..at("otherwise", 3)
    });
    store.record_events(&events).await.unwrap();
    for (level, entity) in [(Level::Product, "218"), (Level::Publisher, "1044")] {
        for limit in [1, 3, 7, 8, 100] {
            let parts = bodies(store, &of(level, entity), limit).await;
            let all: Vec<String> = parts.concat();
            assert_eq!(all.len(), 40, "{limit}");
            let mut once = all.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), 40, "{limit}: each once");
            assert!(
                limit == 100 || parts.iter().all(|part| part.len() <= 28),
                "{limit}: parts stay small"
            );
        }
        assert_eq!(store.count_arrivals(&of(level, entity), 1_000).await.unwrap(), 40);
        assert_eq!(store.count_arrivals(&of(level, entity), 5).await.unwrap(), 5);
    }
    assert!(bodies(store, &of(Level::Campaign, "8807"), 10).await[0].is_empty());
    let last = store.last_events(&of(Level::Product, "218"), 3).await.unwrap();
    assert!(last.iter().all(|event| event.received_at == NOON + 5), "{last:?}");
    let find = async |of: EventsOf, event: &str| {
        let event = EventId::new(event).unwrap();
        store.event_of(&of, &event).await.unwrap()
    };
    assert!(find(of(Level::Publisher, "1044"), "before").await.is_some());
    assert!(find(of(Level::Publisher, "1044"), "elsewhere").await.is_none());
    assert!(find(of(Level::Product, "218"), "otherwise").await.is_none());
}

fn run(number: i64, run: TestRun) -> TestRun {
    TestRun {
        made_at: NOON + number,
        ..run
    }
}

pub async fn test_runs_are_kept_and_listed_for_whoever_sees_their_rule(bench: &Bench) {
    let store = &*bench.store;
    let connection = connect(store).await;
    let stored = product_rule(store, &connection).await;
    let base = TestRun {
        id: fresh(),
        made_at: NOON,
        actor: Actor::Person {
            id: fresh(),
            name: "Ann Ärger".to_owned(),
        },
        level: Level::Product,
        entity: id("218"),
        trigger: Trigger::LmsLeadSold,
        rule: Some((stored.id.clone(), stored.number, 1)),
        rule_name: "Big leads".to_owned(),
        target: stored.rule.action.target.clone(),
        source: TestSource::Event,
        event_id: EventId::new("e1").unwrap(),
        typed: vec!["price".to_owned(), "field.email".to_owned()],
        fires: true,
        verdict: TestVerdict {
            filters: Vec::new(),
            obstacles: vec!["The rule is disabled.".to_owned()],
            tells_money: false,
        },
        text: "Lead 1 sold".to_owned(),
        blocks: Some(crate::cards::card("Sold")),
        shows_personal_data: false,
        sent: Some(TestAnswer {
            ok: false,
            said: "No.".to_owned(),
            note: None,
        }),
    };
    let unsaved = run(
        1,
        TestRun {
            id: fresh(),
            level: Level::Publisher,
            entity: id("1044"),
            rule: None,
            fires: false,
            sent: None,
            typed: Vec::new(),
            actor: Actor::System,
            ..base.clone()
        },
    );
    let call = run(
        2,
        TestRun {
            id: fresh(),
            trigger: Trigger::ClLeadSold,
            rule: None,
            ..base.clone()
        },
    );
    for kept in [&base, &unsaved, &call] {
        store.keep_test_run(kept).await.unwrap();
    }
    let everything: Vec<(Level, Scope)> = Level::ALL.map(|level| (level, Scope::All)).into();
    let all = TestRunQuery {
        scopes: everything,
        limit: 10,
        ..TestRunQuery::default()
    };
    let found = store.test_runs(&all).await.unwrap();
    assert_eq!(found, [call.clone(), unsaved.clone(), base.clone()]);
    let narrowed: [(TestRunQuery, &[&TestRun]); 9] = [
        (
            TestRunQuery {
                fires: Some(false),
                ..all.clone()
            },
            &[&unsaved],
        ),
        (
            TestRunQuery {
                rule_number: Some(stored.number),
                ..all.clone()
            },
            &[&base],
        ),
        (
            TestRunQuery {
                rule: Some(stored.id.clone()),
                ..all.clone()
            },
            &[&base],
        ),
        (
            TestRunQuery {
                who: "äRGER".to_owned(),
                ..all.clone()
            },
            &[&call, &base],
        ),
        (
            TestRunQuery {
                from: Some(NOON + 1),
                until: Some(NOON + 2),
                ..all.clone()
            },
            &[&unsaved],
        ),
        (
            TestRunQuery {
                before: Some(unsaved.id.clone()),
                ..all.clone()
            },
            &[&base],
        ),
        (
            TestRunQuery {
                scopes: vec![(Level::Product, Scope::Platform(Platform::CallLogic))],
                ..all.clone()
            },
            &[&call],
        ),
        (
            TestRunQuery {
                scopes: vec![(Level::Publisher, publishers(&["1044"]))],
                ..all.clone()
            },
            &[&unsaved],
        ),
        (
            TestRunQuery {
                scopes: vec![
                    (Level::Publisher, publishers(&["2"])),
                    (Level::Campaign, buyers(&["402"])),
                ],
                ..all.clone()
            },
            &[],
        ),
    ];
    for (query, expected) in narrowed {
        let found = store.test_runs(&query).await.unwrap();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query:?}");
    }
    let nothing = TestRunQuery {
        scopes: Vec::new(),
        ..all
    };
    assert!(store.test_runs(&nothing).await.unwrap().is_empty());
    // They go when they are old.
    assert_eq!(prune(bench, Kept::TestRuns, NOON).await, 0);
    assert!(prune(bench, Kept::TestRuns, NOON + 86_400_000).await >= 3);
}

async fn backtest(store: &dyn Store, owner: &str) -> Backtest {
    let connection = connect(store).await;
    Backtest {
        id: fresh(),
        owner: owner.to_owned(),
        draft: Some(RuleDraft::default()),
        rule_id: None,
        rule_number: 0,
        rule_version: 0,
        rule: rule(Level::Product, "218", Trigger::LmsLeadSold, &connection),
        days: 7,
        from: NOON - 7 * DAY,
        until: NOON,
        status: BacktestStatus::Running,
        reached: NOON - 7 * DAY,
        judged: 0,
        matched: 0,
        result: None,
        created_at: NOON,
        updated_at: NOON,
    }
}

const LIMITS: BacktestLimits = BacktestLimits {
    own: 2,
    all: 3,
    alive_since: NOON - 60_000,
};

fn everywhere() -> Vec<(Level, Scope)> {
    Level::ALL.map(|level| (level, Scope::All)).into()
}

pub async fn a_backtest_belongs_to_who_started_it_and_ends_once(bench: &Bench) {
    let store = &*bench.store;
    let made = backtest(store, "person ann").await;
    assert!(store.start_backtest(&made, &LIMITS).await.unwrap());
    let find = async |owner: &str, scopes: Vec<(Level, Scope)>| {
        store.find_backtest(&made.id, owner, &scopes).await.unwrap()
    };
    assert_eq!(find("person ann", everywhere()).await, Some(made.clone()));
    assert_eq!(find("person bob", everywhere()).await, None);
    let others = vec![(Level::Product, Scope::Platform(Platform::CallLogic))];
    assert_eq!(find("person ann", others).await, None);
    assert!(store.backtest_runs(&made.id).await.unwrap());
    let reached = Reached {
        at: NOON - DAY,
        judged: 70,
        matched: 3,
    };
    store.backtest_reached(&made.id, reached, NOON + 5).await.unwrap();
    let told = find("person ann", everywhere()).await.unwrap();
    assert_eq!(
        (told.reached, told.judged, told.matched, told.updated_at),
        (NOON - DAY, 70, 3, NOON + 5)
    );
    let end = async |status| {
        store
            .end_backtest(&made.id, status, None, NOON + 6)
            .await
            .unwrap()
    };
    assert!(end(BacktestStatus::Cancelled).await);
    assert!(!end(BacktestStatus::Done).await, "what was cancelled stays so");
    assert!(!store.backtest_runs(&made.id).await.unwrap());
    store
        .backtest_reached(
            &made.id,
            Reached {
                judged: 99,
                ..reached
            },
            NOON + 7,
        )
        .await
        .unwrap();
    let told = find("person ann", everywhere()).await.unwrap();
    assert_eq!((told.status, told.judged), (BacktestStatus::Cancelled, 70));
}

pub async fn only_so_many_backtests_run_at_once_and_the_dead_do_not_count(bench: &Bench) {
    let store = &*bench.store;
    let mut answers = Vec::new();
    for owner in ["ann", "ann", "ann", "bob", "eve"] {
        let made = backtest(store, owner).await;
        answers.push(store.start_backtest(&made, &LIMITS).await.unwrap());
    }
    // Two of Ann's, one of Bob's, then the house is full.
    assert_eq!(answers, [true, true, false, true, false]);
    let later = BacktestLimits {
        alive_since: NOON + 1,
        ..LIMITS
    };
    let made = backtest(store, "ann").await;
    assert!(
        store.start_backtest(&made, &later).await.unwrap(),
        "the others are dead"
    );
    let swept = store.sweep_backtests(NOON + 1, NOON + 1, NOON + 2).await.unwrap();
    assert_eq!(swept, 4);
}

pub async fn a_backtest_is_started_within_its_limits_however_many_ask_at_once(bench: &Bench) {
    let mut asking = Vec::new();
    for _ in 0..8 {
        let (store, made) = (bench.store.clone(), backtest(&*bench.store, "ann").await);
        asking.push(tokio::spawn(async move {
            store.start_backtest(&made, &LIMITS).await.unwrap()
        }));
    }
    let mut started = 0;
    for one in asking {
        started += usize::from(one.await.unwrap());
    }
    assert_eq!(started, 2);
}

pub async fn past_events_and_test_runs_are_read_from_an_index(bench: &Bench) {
    let store = &*bench.store;
    let events: Vec<NewEvent> = (0..3_000)
        .map(|n| NewEvent {
            product: id(&(n % 50).to_string()),
            publisher: Some(id(&(n % 60).to_string())),
            campaign: Some(id(&(n % 70).to_string())),
            ..at(&format!("e{n}"), n)
        })
        .collect();
    for some in events.chunks(500) {
        store.record_events(some).await.unwrap();
    }
    bench.tamper("ANALYZE").await;
    for level in Level::ALL {
        let plan = store.explain_arrivals(&of(level, "7")).await.unwrap().join("\n");
        let name = format!("events_by_{}", level.key());
        assert!(plan.contains(&name), "{level:?}:\n{plan}");
        if matches!(bench.pools, Pools::Sqlite(_)) {
            assert!(!plan.contains("TEMP B-TREE"), "sorted by the index:\n{plan}");
        }
    }
    if matches!(bench.pools, Pools::Sqlite(_)) {
        let query = TestRunQuery {
            scopes: vec![(Level::Publisher, publishers(&["1044"]))],
            limit: 50,
            ..TestRunQuery::default()
        };
        let plan = store.explain_test_runs(&query).await.unwrap().join("\n");
        assert!(plan.contains("INDEX"), "{plan}");
    }
}
