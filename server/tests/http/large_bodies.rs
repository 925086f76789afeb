//! Bodies larger than any sender needs.

use reqwest::Method;
use serde_json::json;

use crate::support::{TestApp, Wire, lines, rule, set, sold};

const MIB: usize = 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_declares_100_mb_is_refused_unread() {
    let app = TestApp::start().await;
    for path in ["/events", "/pingback", "/rules", "/connections"] {
        let headers = "Content-Type: application/json\r\nContent-Length: 104857600\r\n";
        // Not a byte of the body is sent.
        let answer = Wire::post(&app, path, headers).await.answer().await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
        assert!(answer.contains("application/problem+json"), "{path}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_without_end_is_cut_off_soon_after_10_mb() {
    let app = TestApp::start().await;
    let headers = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
    let mut wire = Wire::post(&app, "/events", headers).await;
    let sent = wire.chunks_until_refused(200 * MIB).await;
    // What lies in the buffers between us has left our hands but was never read.
    assert!((10 * MIB..40 * MIB).contains(&sent), "{sent}");
    let answer = wire.answer().await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 413"),
        "{answer}"
    );
    app.event(&sold("1")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_almost_10_mb_is_taken_and_one_above_is_not() {
    let app = TestApp::start().await;
    let events: Vec<_> = (0..40)
        .map(|n| {
            set(
                sold(&format!("e{n}")),
                "lead.fields.note",
                json!("x".repeat(240 * 1024)),
            )
        })
        .collect();
    let post = |body: String| {
        let request = app.request(Method::POST, "/events");
        app.send(request.header("content-type", "application/x-ndjson").body(body))
    };
    let body = lines(&events);
    assert!((9 * MIB..10 * MIB).contains(&body.len()), "{}", body.len());
    assert_eq!(post(body.clone()).await.expect(202).json()["accepted"], 40);
    post(format!("{body}{}", " ".repeat(MIB))).await.problem(413);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_event_of_more_than_256_kb_is_refused_and_the_others_are_not() {
    let app = TestApp::start().await;
    let huge = set(sold("huge"), "lead.fields.note", json!("x".repeat(300 * 1024)));
    let batch = json!({"events": [sold("1"), huge]});
    let answer = app.post("/events", &batch).await.expect(202).json();
    assert_eq!(answer["accepted"], 1);
    assert_eq!(answer["rejected"][0]["event_id"], "huge");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_10_000_events_at_once_are_refused_together() {
    let app = TestApp::start().await;
    let body = "{}\n".repeat(10_001);
    let request = app.request(Method::POST, "/events");
    let request = request.header("content-type", "application/x-ndjson").body(body);
    app.send(request).await.problem(413);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_of_a_megabyte_is_a_complaint_at_its_field() {
    let app = TestApp::start().await;
    let huge = rule("product", "218", "lms.lead_sold", &"x".repeat(MIB));
    let complaints = app.post("/rules", &huge).await.complaints();
    assert!(complaints["action.text"].contains("1,048,576"), "{complaints:?}");
    // Even larger ones are too much for the door.
    let huge = rule("product", "218", "lms.lead_sold", &"x".repeat(12 * MIB));
    let request = app.request(Method::POST, "/rules").json(&huge);
    app.send(request).await.problem(413);
}
