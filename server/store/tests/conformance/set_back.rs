//! A clock that is set back: waits begin anew, none is forgotten and none gets shorter.

use leadbell_domain::{AfterQuiet, DeliveryStatus, QuietHours, SendingOptions, TimeOfDay, TimeZone};

use crate::samples::{
    LEASE, NOON, add_rule, channel, claim, claim_one, connect, event_for, finish, queue, rate_limited, rule,
    sent,
};
use crate::support::Bench;
use leadbell_domain::{Level, Trigger};

const DAY: i64 = 86_400_000;
const MINUTE: i64 = 60_000;

pub async fn a_pause_that_slack_asked_for_begins_anew_and_is_kept_whole(bench: &Bench) {
    let store = &bench.store;
    queue(&**store, &[channel(1)]).await;
    let mut limited = finish(&claim_one(&**store, NOON).await, rate_limited(MINUTE), NOON);
    limited.retry_at = Some(limited.finished_at + MINUTE);
    store.finish(&[limited]).await.unwrap();
    let now = NOON - DAY;
    assert!(
        claim(&**store, now + 2 * MINUTE).await.is_empty(),
        "nobody has noticed"
    );
    assert_eq!(store.clock_was_set_back(now).await.unwrap(), 1);
    assert_eq!(store.next_due().await.unwrap(), Some(now + MINUTE));
    assert_eq!(store.clock_was_set_back(now).await.unwrap(), 0);
    assert!(claim(&**store, now + MINUTE - 1).await.is_empty());
    claim_one(&**store, now + MINUTE).await;
}

pub async fn a_clock_that_is_corrected_a_little_changes_nothing(bench: &Bench) {
    let store = &bench.store;
    queue(&**store, &[channel(1)]).await;
    let claim = claim_one(&**store, NOON).await;
    assert_eq!(store.clock_was_set_back(NOON - 5_000).await.unwrap(), 0);
    store.finish(&[finish(&claim, sent(), NOON)]).await.unwrap();
}

pub async fn a_lease_of_before_ends_as_soon_as_any(bench: &Bench) {
    let store = &bench.store;
    queue(&**store, &[channel(1), channel(1)]).await;
    let lost = claim_one(&**store, NOON).await;
    let now = NOON - DAY;
    store.clock_was_set_back(now).await.unwrap();
    assert_eq!(store.rescue_expired(now + LEASE - 1).await.unwrap(), 0);
    assert_eq!(store.rescue_expired(now + LEASE).await.unwrap(), 1);
    let lost = store.find_delivery(&lost.delivery).await.unwrap().unwrap();
    assert_eq!(lost.status, DeliveryStatus::Ambiguous);
    claim_one(&**store, now + LEASE).await;
}

pub async fn an_answer_that_comes_after_the_clock_was_set_back_hides_no_wait(bench: &Bench) {
    let store = &bench.store;
    queue(&**store, &[channel(1), channel(1)]).await;
    let pace = leadbell_store::Pace {
        interval_ms: 1_000,
        burst: 1,
    };
    let claims = store.claim_due("worker-1", NOON, LEASE, pace, 9).await.unwrap();
    let now = NOON - DAY;
    let mut limited = finish(&claims[0], rate_limited(MINUTE), now);
    limited.retry_at = Some(limited.finished_at + MINUTE);
    store.finish(&[limited]).await.unwrap();
    // The pace that the claim had written, a day ahead, is gone as well.
    assert_eq!(store.next_due().await.unwrap(), Some(now + 500 + MINUTE));
}

pub async fn what_is_held_back_is_judged_anew_by_the_clock_as_it_is(bench: &Bench) {
    let store = &bench.store;
    let time = |text: &str| TimeOfDay::try_from(text.to_owned()).unwrap();
    let mut quiet = rule(
        Level::Product,
        "218",
        Trigger::LmsLeadSold,
        &connect(&**store).await,
    );
    // NOON is some noon of UTC.
    let noon = NOON.rem_euclid(DAY) / MINUTE;
    let hour = |minutes: i64| time(&format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60));
    quiet.action.sending = SendingOptions {
        quiet_hours: Some(QuietHours {
            from: hour(noon - 30),
            to: hour(noon + 480),
            zone: TimeZone::UTC,
            then: AfterQuiet::Digest,
        }),
        ..SendingOptions::default()
    };
    let quiet = add_rule(&**store, quiet).await;
    store
        .record_events(&[event_for("e0", &quiet, channel(1))])
        .await
        .unwrap();
    assert!(claim(&**store, NOON).await.is_empty());
    // The true time is an hour earlier, which is not quiet.
    let now = NOON - 60 * MINUTE;
    assert_eq!(store.clock_was_set_back(now).await.unwrap(), 1);
    assert_eq!(claim_one(&**store, now).await.text, "About e0");
}
