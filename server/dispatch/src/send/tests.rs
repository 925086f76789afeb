//! One delivery against the sandbox: which calls it makes, and what it makes of the answers.

use std::time::Duration;

use leadbell_domain::{
    ConnectionId, DeliveryId, DestinationId, SlackToken, parse_channel_id, parse_member_id,
};
use leadbell_sandbox::{Fault, Limits, Running, Sandbox, demo};
use serde_json::json;

use super::*;
use crate::clock::ManualClock;
use crate::slack::SlackConfig;

const ID: &str = "01931c3e-7b1a-7c3e-8a55-0242ac120002";

struct Bench {
    sandbox: Running,
    slack: SlackClient,
    claim: Claim,
    budget: Duration,
}

async fn bench(token: &str, target: &str) -> Bench {
    let sandbox = Sandbox::builder()
        .demo_workspace()
        .limits(Limits::off())
        .build()
        .spawn()
        .await
        .unwrap();
    let slack = SlackClient::new(&SlackConfig::new(sandbox.api_url())).unwrap();
    let target = match parse_channel_id(target) {
        Ok(channel) => Target::Channel(channel),
        Err(_) => Target::Member(parse_member_id(target).unwrap()),
    };
    let claim = Claim {
        delivery: DeliveryId::new(ID).unwrap(),
        destination: DestinationId::new(ID).unwrap(),
        connection: ConnectionId::new(ID).unwrap(),
        token: SlackToken::parse(token).unwrap(),
        token_version: 1,
        target,
        resolved_channel: None,
        text: "Sold & <done> — *12* ✓".into(),
        blocks: None,
        attempts: 0,
        resends: false,
        created_at: 0,
        thread: None,
    };
    Bench {
        sandbox,
        slack,
        claim,
        budget: Duration::from_secs(25),
    }
}

impl Bench {
    /// Calls are given up after so many milliseconds.
    fn impatient(mut self, call_ms: u64) -> Self {
        let config = SlackConfig {
            api_url: self.sandbox.api_url(),
            call_timeout: Duration::from_millis(call_ms),
        };
        self.slack = SlackClient::new(&config).unwrap();
        self
    }

    fn fail(&self, method: &str, fault: Fault) {
        self.sandbox.handle().fail_next(method, 1, fault);
    }

    async fn send(&self) -> Report {
        let deadline = Instant::now() + self.budget;
        Sender {
            slack: &self.slack,
            clock: &ManualClock::at(5),
            letter: Letter::of(&self.claim),
            deadline,
        }
        .send()
        .await
    }

    fn methods(&self) -> Vec<String> {
        self.sandbox
            .handle()
            .calls()
            .into_iter()
            .map(|call| call.method)
            .collect()
    }
}

fn code(report: &Report) -> (&'static str, &str) {
    match &report.outcome {
        Outcome::Sent { .. } => ("sent", ""),
        Outcome::RateLimited { .. } => ("rate_limited", ""),
        Outcome::Transient { code } => ("transient", code),
        Outcome::Ambiguous { code } => ("ambiguous", code),
        Outcome::Repeated { code } => ("repeated", code),
        Outcome::Permanent { code } => ("permanent", code),
    }
}

#[tokio::test]
async fn a_message_goes_out_as_it_is_with_its_id_and_without_previews() {
    let bench = bench(demo::BOT_TOKEN, demo::SALES).await;
    let report = bench.send().await;
    let posted = &bench.sandbox.handle().messages()[0];
    assert_eq!(
        report.outcome,
        Outcome::Sent {
            channel: demo::SALES.into(),
            ts: posted.ts.clone()
        }
    );
    assert_eq!((report.http_status, report.posted_at), (Some(200), Some(5)));
    assert_eq!(posted.text, bench.claim.text);
    assert_eq!(posted.client_msg_id.as_deref(), Some(ID));
    let call = &bench.sandbox.handle().calls()[0];
    let body = call.json().unwrap();
    assert_eq!(
        (&body["unfurl_links"], &body["unfurl_media"]),
        (&json!(false), &json!(false))
    );
    assert!(body.get("parse").is_none() && body.get("link_names").is_none());
    let kind = call
        .headers
        .iter()
        .find(|(name, _)| name == "content-type")
        .map(|(_, value)| value.as_str());
    assert_eq!(kind, Some("application/json; charset=utf-8"));
}

#[tokio::test]
async fn a_member_is_opened_first_and_a_known_conversation_is_used_at_once() {
    let mut bench = bench(demo::BOT_TOKEN, demo::ANN_KIM).await;
    let report = bench.send().await;
    let conversation = report.resolved_channel.clone().unwrap();
    assert!(conversation.starts_with('D'));
    assert_eq!(report.note.as_deref(), Some("opened_conversation"));
    assert_eq!(bench.methods(), ["conversations.open", "chat.postMessage"]);

    bench.claim.resolved_channel = Some(conversation);
    let report = bench.send().await;
    assert_eq!((code(&report), report.note.as_deref()), (("sent", ""), None));
    assert_eq!(bench.methods().len(), 3);
}

#[tokio::test]
async fn a_conversation_that_is_gone_is_opened_once_more() {
    let mut bench = bench(demo::BOT_TOKEN, demo::ANN_KIM).await;
    bench.claim.resolved_channel = Some("D0GONEGONE".into());
    assert_eq!(code(&bench.send().await), ("sent", ""));
    assert_eq!(
        bench.methods(),
        ["chat.postMessage", "conversations.open", "chat.postMessage"]
    );

    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 2, Fault::error("channel_not_found"));
    assert_eq!(code(&bench.send().await), ("permanent", "channel_not_found"));
    assert_eq!(bench.methods().len(), 6);
}

#[tokio::test]
async fn trouble_while_opening_is_tried_again_because_nothing_was_posted() {
    let bench = bench(demo::BOT_TOKEN, demo::ANN_KIM).await.impatient(300);
    for (fault, expected) in [
        (Fault::status(502), ("transient", "http_502")),
        (Fault::error("internal_error"), ("transient", "internal_error")),
        (Fault::hang(), ("transient", "timeout")),
        (
            Fault::reply(200, &[], r#"{"ok":true,"channel":{}}"#),
            ("transient", "unreadable_answer"),
        ),
        (Fault::rate_limited(9), ("rate_limited", "")),
        (Fault::error("user_disabled"), ("permanent", "user_disabled")),
    ] {
        bench.fail("conversations.open", fault);
        assert_eq!(code(&bench.send().await), expected);
    }
    assert_eq!(bench.sandbox.handle().posted(), 0);
}

#[tokio::test]
async fn a_public_channel_is_joined_and_the_post_repeated_once() {
    let bench = bench(demo::JOINING_BOT_TOKEN, demo::REJECTS).await;
    let report = bench.send().await;
    assert_eq!(
        (code(&report), report.note.as_deref()),
        (("sent", ""), Some("joined_channel"))
    );
    assert_eq!(
        bench.methods(),
        ["chat.postMessage", "conversations.join", "chat.postMessage"]
    );

    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 2, Fault::error("not_in_channel"));
    assert_eq!(code(&bench.send().await), ("permanent", "not_in_channel"));
    assert_eq!(bench.methods().len(), 6);
}

#[tokio::test]
async fn a_join_that_is_refused_says_why() {
    let bench = bench(demo::JOINING_BOT_TOKEN, demo::REJECTS).await;
    for (fault, expected, note) in [
        (
            Fault::error("missing_scope"),
            ("permanent", "not_in_channel"),
            Some("join_failed:missing_scope"),
        ),
        (
            Fault::error("method_not_supported_for_channel_type"),
            ("permanent", "not_in_channel"),
            Some("join_failed:method_not_supported_for_channel_type"),
        ),
        (Fault::error("is_archived"), ("permanent", "is_archived"), None),
        (Fault::status(500), ("transient", "http_500"), None),
        (Fault::rate_limited(4), ("rate_limited", ""), None),
    ] {
        bench.fail("conversations.join", fault);
        let report = bench.send().await;
        assert_eq!((code(&report), report.note.as_deref()), (expected, note));
        assert_eq!(report.connection_fault(), None);
    }
    assert_eq!(bench.sandbox.handle().posted(), 0);
}

#[tokio::test]
async fn refusals_of_slack_are_final_and_name_their_code() {
    for (token, target, wanted) in [
        (demo::BOT_TOKEN, demo::OPS_PRIVATE, "channel_not_found"),
        (demo::BOT_TOKEN, demo::ARCHIVED, "is_archived"),
        (
            demo::BOT_TOKEN,
            demo::READ_ONLY,
            "restricted_action_read_only_channel",
        ),
        (demo::BOT_TOKEN, demo::DEACTIVATED, "user_disabled"),
        (demo::REVOKED_TOKEN, demo::SALES, "token_revoked"),
        (demo::INACTIVE_TOKEN, demo::SALES, "account_inactive"),
        (demo::EXPIRED_TOKEN, demo::SALES, "token_expired"),
        (demo::NO_WRITE_TOKEN, demo::SALES, "missing_scope"),
        (
            demo::NO_MESSAGES_TAB_TOKEN,
            demo::ANN_KIM,
            "messages_tab_disabled",
        ),
    ] {
        let report = bench(token, target).await.send().await;
        assert_eq!(code(&report), ("permanent", wanted));
        let broken = [
            "token_revoked",
            "account_inactive",
            "token_expired",
            "missing_scope",
        ]
        .contains(&wanted);
        assert_eq!(report.connection_fault().is_some(), broken, "{wanted}");
    }
}

#[tokio::test]
async fn answers_that_leave_doubt_are_ambiguous_and_no_post_follows() {
    let bench = bench(demo::BOT_TOKEN, demo::SALES).await.impatient(300);
    let huge = format!(
        r#"{{"ok":true,"channel":"C1","ts":"1","x":"{}"}}"#,
        "x".repeat(1_100_000)
    );
    let faults = [
        (Fault::status(500).after_the_work(), "http_500"),
        (Fault::status(503), "http_503"),
        (Fault::cut_off().after_the_work(), "connection_lost"),
        (Fault::reset().after_the_work(), "connection_lost"),
        (Fault::reset(), "connection_lost"),
        (Fault::slow(2_000).after_the_work(), "timeout"),
        (Fault::html(), "unreadable_answer"),
        (Fault::hang().after_the_work(), "timeout"),
        (Fault::hang(), "timeout"),
        (Fault::error("fatal_error"), "fatal_error"),
        (Fault::reply(200, &[], "<html>fine</html>"), "unreadable_answer"),
        (Fault::reply(200, &[], &huge), "answer_too_long"),
    ];
    for (count, (fault, expected)) in faults.into_iter().enumerate() {
        bench.fail("chat.postMessage", fault);
        assert_eq!(code(&bench.send().await), ("ambiguous", expected));
        assert_eq!(bench.methods().len(), count + 1);
    }
}

#[tokio::test]
async fn answers_that_say_no_are_tried_again() {
    let bench = bench(demo::BOT_TOKEN, demo::SALES).await;
    let not_now = r#"{"ok":false,"error":"service_unavailable"}"#;
    for (fault, expected) in [
        (
            Fault::reply(503, &[], not_now),
            ("transient", "service_unavailable"),
        ),
        (Fault::reply(404, &[], "no such page"), ("transient", "http_404")),
        (Fault::error("request_timeout"), ("transient", "request_timeout")),
    ] {
        bench.fail("chat.postMessage", fault);
        assert_eq!(code(&bench.send().await), expected);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let bench = bench(demo::BOT_TOKEN, demo::SALES).await;
    let elsewhere = format!("{}/chat.postMessage", bench.sandbox.api_url());
    bench.fail(
        "chat.postMessage",
        Fault::reply(307, &[("location", elsewhere.as_str())], ""),
    );
    assert_eq!(code(&bench.send().await), ("transient", "http_307"));
    assert_eq!(bench.methods().len(), 1);
}

#[tokio::test]
async fn limits_carry_slacks_wait_or_thirty_seconds() {
    let bench = bench(demo::BOT_TOKEN, demo::SALES).await;
    for (fault, wait) in [
        (Fault::rate_limited(7), 7_000),
        (Fault::reply(429, &[("retry-after", "0.25")], ""), 250),
        (Fault::reply(429, &[], "slow down"), 30_000),
        (Fault::error("ratelimited"), 30_000),
    ] {
        bench.fail("chat.postMessage", fault);
        assert_eq!(
            bench.send().await.outcome,
            Outcome::RateLimited { retry_after_ms: wait }
        );
    }
}

#[tokio::test]
async fn nobody_listening_means_nothing_was_sent() {
    let mut bench = bench(demo::BOT_TOKEN, demo::SALES).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    bench.slack = SlackClient::new(&SlackConfig::new(format!("http://{free}/api"))).unwrap();
    assert_eq!(code(&bench.send().await), ("transient", "connect_failed"));
    bench.slack = SlackClient::new(&SlackConfig::new("http://no-such-host.invalid/api")).unwrap();
    assert_eq!(code(&bench.send().await), ("transient", "connect_failed"));
    // TLS spoken to one who does not speak it.
    let tls = bench.sandbox.api_url().replace("http://", "https://");
    bench.slack = SlackClient::new(&SlackConfig::new(tls)).unwrap();
    assert_eq!(code(&bench.send().await), ("transient", "connect_failed"));
}

#[tokio::test]
async fn without_time_for_a_whole_call_nothing_is_posted() {
    let mut bench = bench(demo::JOINING_BOT_TOKEN, demo::REJECTS).await;
    bench.budget = Duration::from_secs(4);
    assert_eq!(code(&bench.send().await), ("transient", "out_of_time"));
    assert!(bench.methods().is_empty());
}

#[test]
fn a_token_is_broken_by_its_own_faults_only() {
    let refused = |last_call, code: &str| Report::new(last_call, Outcome::Permanent { code: code.into() });
    assert_eq!(
        refused(LastCall::Post, "missing_scope").connection_fault(),
        Some("missing_scope")
    );
    assert_eq!(
        refused(LastCall::Preparation, "token_revoked").connection_fault(),
        Some("token_revoked")
    );
    assert_eq!(
        refused(LastCall::Preparation, "missing_scope").connection_fault(),
        None
    );
    assert_eq!(
        refused(LastCall::Post, "channel_not_found").connection_fault(),
        None
    );
    let later = Report::new(
        LastCall::Post,
        Outcome::Transient {
            code: "token_revoked".into(),
        },
    );
    assert_eq!(later.connection_fault(), None);
}
