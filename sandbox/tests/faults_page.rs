//! The page's panel of faults: its form, its list, its banner, and the news of them.

mod common;

use std::time::Duration;

use common::{Answer, Bench, Events, answer, bench};
use leadbell_sandbox::{Fault, demo};
use serde_json::json;

impl Bench {
    /// Posts a form of the panel without following the redirect.
    async fn submit(&self, path: &str, body: &str) -> Answer {
        let quiet = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        let request = quiet
            .build()
            .expect("a client")
            .post(format!("{}{path}", self.sandbox.url()));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        answer(request.body(body.to_owned())).await
    }
}

const FORM: &str = "fault=rate_limited&retry_after_s=3&status=500&ms=2000&needed=&code=&fields=&honoured=true\
                    &when=before&channel=C0SALES01&token=&method=&often=always&times=1&every=3&percent=25&seed=1&seconds=";

#[tokio::test]
async fn the_form_switches_a_fault_on_and_the_page_tells_of_it() {
    let b = bench().await;
    let before = b.get("/").await.1;
    assert!(before.contains("Slack behaves as it should") && !before.contains("class=\"banner\""));
    let done = b.submit("/sandbox/faults", FORM).await;
    assert_eq!((done.status, done.header("location")), (303, Some("/#faults")));
    let limited = b.say(demo::SALES, "x").await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("3")));
    b.say(demo::CALLS, "x").await.ok();
    let page = b.get("/").await.1;
    assert!(page.contains("1 fault is on"));
    assert!(page.contains("429 with Retry-After 3 s · every call to #sales"));
    assert!(page.contains("hit 1 of 1 call<"), "{page}");
    let off = b.submit("/sandbox/faults/1/off", "").await;
    assert_eq!((off.status, off.header("location")), (303, Some("/#faults")));
    b.say(demo::SALES, "x").await.ok();
}

#[tokio::test]
async fn all_faults_are_switched_off_at_once() {
    let b = bench().await;
    for fault in [Fault::html(), Fault::hang(), Fault::reset()] {
        b.sandbox.handle().switch_on(fault);
    }
    let page = b.get("/").await.1;
    assert!(page.contains("3 faults are on") && page.contains("and 1 more"));
    b.submit("/sandbox/faults/off", "").await;
    b.say(demo::SALES, "x").await.ok();
}

#[tokio::test]
async fn a_wrong_form_is_drawn_again_with_what_was_typed_and_what_is_wrong() {
    let b = bench().await;
    let typed = FORM
        .replace("rate_limited", "slow")
        .replace("ms=2000", "ms=a+while")
        .replace("seconds=", "seconds=%3Cb%3E");
    let page = b.submit("/sandbox/faults", &typed).await;
    assert_eq!(page.status, 422);
    let html = page.body.as_str().expect("HTML");
    assert!(html.contains("Nothing was switched on"));
    assert!(
        html.contains(
            r##"<a href="#f-ms">Late by, milliseconds: Must be a whole number from 1 to 86400000.</a>"##
        ),
        "{html}"
    );
    assert!(
        html.contains(r#"value="a while" aria-invalid="true" aria-describedby="e-ms""#),
        "{html}"
    );
    assert!(
        html.contains(r#"<option value="C0SALES01" selected>"#)
            && html.contains(r#"<option value="slow" selected>"#)
    );
    assert!(html.contains(r#"value="&lt;b&gt;" aria-invalid="true""#));
    assert!(
        html.contains(r#"class="panel default" id="faults""#) && html.matches("panel default").count() == 1
    );
    assert!(b.sandbox.handle().faults().is_empty());
}

#[tokio::test]
async fn the_form_offers_tokens_masked_and_finds_the_one_that_was_meant() {
    let b = bench().await;
    let page = b.get("/").await.1;
    assert!(page.contains(r#"<option value="xoxp-…0003">"#) && !page.contains(demo::USER_TOKEN));
    let order = FORM
        .replace("token=", "token=xoxp-%E2%80%A60003")
        .replace("channel=C0SALES01", "channel=");
    assert_eq!(b.submit("/sandbox/faults", &order).await.status, 303);
    b.say(demo::SALES, "x").await.ok();
    assert_eq!(b.json(demo::USER_TOKEN, "auth.test", json!({})).await.status, 429);
}

#[tokio::test]
async fn an_open_page_hears_of_faults_what_they_hit_and_when_they_end() {
    let b = bench().await;
    let mut events = Events::open(&b).await;
    assert_eq!(events.next().await.0, "hello");
    let handle = b.sandbox.handle();
    let fault = Fault::error("fatal_error")
        .in_channel(demo::SALES)
        .times(2)
        .seconds(60);
    let id = handle.switch_on(fault);
    let (name, news) = events.next().await;
    assert_eq!((name.as_str(), &news["count"]), ("faults", &json!(1)));
    assert!(
        news["list"]
            .as_str()
            .is_some_and(|l| l.contains("fatal_error · every call to #sales · 2 times · for 60 s"))
    );
    assert!(
        news["banner"]
            .as_str()
            .is_some_and(|l| l.contains("1 fault is on"))
    );
    b.say(demo::SALES, "x").await.error();
    let (name, news) = events.next().await;
    assert_eq!(
        (name.as_str(), &news["hits"]),
        ("hits", &json!([{"id": id, "text": "hit 1 of 1 call"}]))
    );
    assert_eq!(events.next().await.0, "refused");
    // Its time is up without anybody doing anything; the next thing that happens lets the page know.
    b.clock.advance(Duration::from_secs(60));
    b.say(demo::CALLS, "x").await.ok();
    assert_eq!(events.next().await.0, "message");
    let (name, news) = events.next().await;
    assert_eq!(
        (name.as_str(), &news["count"], &news["banner"]),
        ("faults", &json!(0), &json!(""))
    );
    assert!(
        news["list"]
            .as_str()
            .is_some_and(|l| l.contains("time is up") && l.contains("hit 1 of 1 call"))
    );
}
