//! A model-based test of the life of a delivery: random events, answers, crashes, clocks and people, on the real
//! databases and with the dispatcher's own decisions, held against what is true after every step.
//!
//! Nothing is lost; nothing is posted twice unless the message says so; what waits for a channel goes in its order and
//! no faster than allowed; and once Slack answers well again everything comes to a visible end, soon, wherever the clock
//! was set to.

mod codes;
mod command;
mod database;
mod slack;
mod truth;
mod world;

use leadbell_domain::DeliveryStatus;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tokio::runtime::Runtime;

use command::{Choice, Command, RULES};
use database::Database;
use world::{Checked, World};

const HOUR: i64 = 3_600_000;
/// A summer's afternoon in New York, and the evenings before its clocks change.
const STARTS: [i64; 3] = [1_784_145_600_000, 1_793_494_800_000, 1_772_939_400_000];
/// Cases of each database, and steps of a case.
const CASES: u32 = 16;
const STEPS: usize = 250;

/// How a case ends: Slack answers well, people have mended what they can, and time passes until nothing waits.
async fn to_the_end(world: &mut World<'_>) -> Checked {
    world.mend_everything().await?;
    let began = world.now;
    // When something was last held for quiet hours; what is released then goes one after the other.
    let mut quiet = began;
    let waits = |world: &World<'_>| {
        let mut messages = world.truth.messages.values();
        messages.any(|message| !message.status.is_settled())
    };
    loop {
        world.look(0).await?;
        world.all_is_well().await?;
        let rows = world.db.rows().await;
        let held = rows.iter().filter_map(|row| row.hold_until).min();
        if rows
            .iter()
            .any(|row| row.last_code.as_deref() == Some("held_for_quiet_hours"))
        {
            quiet = world.now;
        }
        if !waits(world) && held.is_none() {
            return at_the_end(world).await;
        }
        // Slack's longest wait is an hour here, and begins anew when the clock is set back.
        let longest = 3 * HOUR + 2_000 * world.truth.messages.len() as i64;
        if world.now - quiet > longest || quiet - began > 26 * HOUR {
            let after = if quiet > began { " after quiet hours" } else { "" };
            return Err(format!("something waits for more than {longest} ms{after}"));
        }
        let due = world.db.stores[0].next_due().await.unwrap();
        let next = due.into_iter().chain(held).min().unwrap_or(world.now);
        // A look every five minutes would be late enough for a worker that polls every second.
        world.now = next.clamp(world.now + 1_020, world.now + 300_000);
    }
}

/// Every event has ended where people see it, and the end is true.
async fn at_the_end(world: &World<'_>) -> Checked {
    let rows = world.db.rows().await;
    let (doubts, summaries) = world.db.doubts_and_summaries().await;
    for row in &rows {
        let message = &world.truth.messages[&row.id];
        let doubted = doubts.iter().any(|(id,)| *id == row.id);
        match message.status {
            DeliveryStatus::Sent if message.posts == 0 => {
                return Err(format!("{} is sent, they say", row.id));
            }
            DeliveryStatus::Ambiguous if !doubted => return Err(format!("{}: what doubt?", row.id)),
            DeliveryStatus::Failed | DeliveryStatus::Suppressed if message.posts > 0 && !doubted => {
                return Err(format!("{} is posted, and {:?} they say", row.id, message.status));
            }
            _ => {}
        }
        if let Some(told_in) = &row.told_in
            && !summaries.iter().any(|(id, _)| id == told_in)
        {
            return Err(format!("{} is told nowhere", row.id));
        }
    }
    Ok(())
}

async fn play(db: &Database, start: i64, choices: &[Choice], commands: &[Command]) -> Checked {
    let mut world = World::new(db, start, choices).await;
    for (number, command) in commands.iter().enumerate() {
        let done = world.step(command).await;
        done.map_err(|error| format!("step {number}, {command:?}: {error}"))?;
    }
    to_the_end(&mut world).await
}

fn hold(runtime: &Runtime, db: &Database) {
    let case = (
        proptest::sample::select(&STARTS[..]),
        proptest::collection::vec(command::choice(), RULES),
        proptest::collection::vec(command::command(), 1..STEPS),
    );
    let config = Config {
        cases: std::env::var("PROPTEST_CASES").map_or(CASES, |cases| cases.parse().unwrap()),
        max_shrink_iters: 600,
        failure_persistence: None,
        ..Config::default()
    };
    let held = TestRunner::new(config).run(&case, |(start, choices, commands)| {
        runtime
            .block_on(play(db, start, &choices, &commands))
            .map_err(TestCaseError::fail)
    });
    if let Err(error) = held {
        panic!("{error}");
    }
}

/// A clock that is set back from a day without quiet hours into a night: found by the test below.
#[test]
fn what_is_released_in_the_morning_goes_one_after_the_other() {
    use Command::{Arrive, Change, SetBack, SetForward, Wait};
    let runtime = Runtime::new().unwrap();
    let db = runtime.block_on(Database::sqlite());
    let quiet = |rule| Change {
        rule,
        to: Choice::QuietThenSummary,
    };
    let commands = [
        quiet(0),
        Wait(80_500_000),
        SetForward(7_200_000),
        quiet(1),
        Arrive { rule: 0, count: 3 },
        Wait(3_700_000),
        SetBack(172_800_000),
        Arrive { rule: 1, count: 8 },
    ];
    let choices = [Choice::Every; RULES];
    let held = runtime.block_on(play(&db, STARTS[1], &choices, &commands));
    assert_eq!(held, Ok(()));
}

#[test]
fn whatever_happens_every_delivery_keeps_the_promises_on_sqlite() {
    let runtime = Runtime::new().unwrap();
    let db = runtime.block_on(Database::sqlite());
    hold(&runtime, &db);
}

#[test]
fn whatever_happens_every_delivery_keeps_the_promises_on_postgres() {
    let runtime = Runtime::new().unwrap();
    // Without a server to test on there is nothing to test; the SQLite test above still runs.
    let Some(db) = runtime.block_on(Database::postgres()) else {
        return;
    };
    hold(&runtime, &db);
}
