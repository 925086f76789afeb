//! The page, its live events and the control routes.

mod common;

use common::{Events, answer, bench};
use leadbell_sandbox::{Limits, demo};
use serde_json::{Value, json};

#[tokio::test]
async fn html_in_a_message_is_shown_as_text() {
    let b = bench().await;
    b.say(
        demo::SALES,
        "<img src=x onerror=alert(1)> <!channel> <@U0ANNKIM1> &lt;!here&gt;",
    )
    .await
    .ok();
    let (status, page) = b.get("/").await;
    assert_eq!(status, 200);
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;") && !page.contains("<img"));
    assert!(page.contains(r#"<span class="mention loud" title="&lt;!channel&gt;">@channel</span>"#));
    assert!(page.contains(">@Ann Kim</span>") && page.contains("&lt;!here&gt;"));
    assert!(page.contains(r#"data-channel="C0SALES01" data-ts="1763900000.000000""#));
}

#[tokio::test]
async fn names_and_requests_are_escaped_too() {
    let b = bench().await;
    let nasty = "<b>\"x\"</b>";
    b.sandbox
        .handle()
        .change_channel(demo::SALES, |c| c.name = nasty.into());
    b.sandbox
        .handle()
        .change_token(demo::BOT_TOKEN, |t| t.app_name = nasty.into());
    b.say(demo::SALES, "x").await.ok();
    b.say(nasty, "x").await.ok();
    b.say("<b>nowhere</b>", "x").await.error();
    for path in [
        "/",
        "/sandbox/view/requests/3",
        "/sandbox/view/messages?channel=C0SALES01&before=9",
    ] {
        let page = b.get(path).await.1;
        assert!(!page.contains("<b>\"x") && !page.contains("<b>nowhere"), "{path}");
    }
}

#[tokio::test]
async fn the_page_allows_no_script_but_its_own() {
    let b = bench().await;
    let page = answer(b.http.get(b.sandbox.url())).await;
    assert!(
        page.header("content-security-policy")
            .is_some_and(|p| p.contains("script-src 'self'"))
    );
    for file in [
        "page.css",
        "message.css",
        "faults.css",
        "page.js",
        "live.js",
        "time.js",
        "unread.js",
    ] {
        assert_eq!(b.get(&format!("/sandbox/assets/{file}")).await.0, 200, "{file}");
    }
}

#[tokio::test]
async fn a_posted_message_reaches_an_open_page_as_html() {
    let b = bench().await;
    let mut events = Events::open(&b).await;
    let (hello, version) = events.next().await;
    assert_eq!((hello.as_str(), &version["version"]), ("hello", &json!(0)));
    let ts = b.say(demo::SALES, "*live*").await.ok()["ts"].clone();
    let (name, posted) = events.next().await;
    assert_eq!(
        (name.as_str(), &posted["channel"], &posted["ts"]),
        ("message", &json!(demo::SALES), &ts)
    );
    assert!(posted["html"].as_str().is_some_and(|h| h.contains("<b>live</b>")));
    let edit = json!({"channel": demo::SALES, "ts": ts, "text": "changed"});
    b.json(demo::BOT_TOKEN, "chat.update", edit).await.ok();
    let (name, edited) = events.next().await;
    assert_eq!(name, "updated");
    assert!(
        edited["html"]
            .as_str()
            .is_some_and(|h| h.contains("changed") && h.contains("(edited)"))
    );
    b.say(demo::ARCHIVED, "x").await.error();
    let (name, refused) = events.next().await;
    assert_eq!((name.as_str(), &refused["count"]), ("refused", &json!(1)));
    b.say(demo::ANN_KIM, "x").await.ok();
    assert_eq!(events.next().await.0, "workspace");
    assert_eq!(events.next().await.0, "message");
}

#[tokio::test]
async fn refused_messages_are_counted_and_shown() {
    let b = common::bench_with(|b| b.limits(Limits::default().per_channel(1, 1_000))).await;
    for _ in 0..3 {
        b.say(demo::SALES, "x").await;
    }
    b.say(demo::ARCHIVED, "x").await;
    let page = b.get("/").await.1;
    assert!(page.contains("2 rate-limited (429) · 1 refused for another reason"));
    assert!(page.contains("Retry-After 1 s") && page.contains("is_archived"));
    let counts = b.get_json("/sandbox/api/messages").await;
    assert_eq!(
        (&counts["posted"], &counts["rate_limited"], &counts["refused"]),
        (&json!(1), &json!(2), &json!(1))
    );
}

#[tokio::test]
async fn a_long_channel_shows_its_newest_and_offers_earlier_ones() {
    let b = bench().await;
    for n in 0..130 {
        b.say(demo::SALES, &format!("number {n}.")).await.ok();
    }
    let page = b.get("/").await.1;
    assert!(page.contains("number 129.") && page.contains("number 30.") && !page.contains("number 29."));
    let before = page
        .split("data-before=\"")
        .nth(1)
        .and_then(|t| t.split('"').next())
        .expect("a button");
    let earlier = b
        .get(&format!(
            "/sandbox/view/messages?channel=C0SALES01&before={before}"
        ))
        .await
        .1;
    assert!(
        earlier.contains("number 29.") && earlier.contains("number 0.") && !earlier.contains("number 30.")
    );
    assert!(!earlier.contains("data-before"));
}

#[tokio::test]
async fn messages_and_requests_can_be_filtered() {
    let b = bench().await;
    let first = b.say(demo::SALES, "1").await.ok()["ts"]
        .as_str()
        .expect("text")
        .to_owned();
    b.say(demo::CALLS, "2").await.ok();
    b.say(demo::SALES, "3").await.ok();
    b.say(demo::ARCHIVED, "4").await.error();
    let texts = async |query: &str| -> Vec<String> {
        let all = b.get_json(&format!("/sandbox/api/messages{query}")).await;
        all["messages"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|m| m["text"].as_str().expect("text").into())
            .collect()
    };
    assert_eq!(texts("").await, ["1", "2", "3"]);
    assert_eq!(texts("?channel=C0SALES01").await, ["1", "3"]);
    assert_eq!(texts(&format!("?channel=C0SALES01&since={first}")).await, ["3"]);
    assert_eq!(texts("?limit=1").await, ["3"]);
    let seqs = async |query: &str| -> Vec<u64> {
        let all = b.get_json(&format!("/sandbox/api/requests{query}")).await;
        all["requests"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|r| r["seq"].as_u64().expect("a number"))
            .collect()
    };
    assert_eq!(seqs("?since=1").await, [2, 3, 4]);
    assert_eq!(seqs("?refused=true").await, [4]);
    assert_eq!(seqs("?method=auth.test").await, [0_u64; 0]);
    assert_eq!(b.get("/sandbox/api/requests?since=x").await.0, 422);
    assert_eq!(
        b.get_json("/sandbox/api/requests/4").await["reply"]["error"],
        "is_archived"
    );
    assert_eq!(b.get("/sandbox/api/requests/99").await.0, 404);
}

#[tokio::test]
async fn teams_channels_members_and_tokens_can_be_added_over_http() {
    let b = bench().await;
    let add = async |what: &str, body: Value| {
        answer(
            b.http
                .post(format!("{}/sandbox/api/{what}", b.sandbox.url()))
                .json(&body),
        )
        .await
        .status
    };
    assert_eq!(
        add(
            "channels",
            json!({"id": "C0NEWONE1", "team": "T0NOTEAM", "name": "new", "kind": "public"})
        )
        .await,
        422
    );
    assert_eq!(
        add(
            "teams",
            json!({"id": "T0SECOND", "name": "Second", "domain": "second"})
        )
        .await,
        201
    );
    assert_eq!(
        add(
            "channels",
            json!({"id": "C0NEWONE1", "team": "T0SECOND", "name": "new", "kind": "public"})
        )
        .await,
        201
    );
    assert_eq!(
        add(
            "members",
            json!({"id": "U0NEWONE1", "team": "T0SECOND", "name": "Eve"})
        )
        .await,
        201
    );
    let token = json!({
        "value": "xoxb-sandbox-second-team-1111", "kind": "bot", "team": "T0SECOND", "user": "U0SECBOT1",
        "app_id": "A0SECOND1", "app_name": "Second", "bot_id": "B0SECOND1", "scopes": ["chat:write", "chat:write.public"],
    });
    assert_eq!(add("tokens", token).await, 201);
    let new = "xoxb-sandbox-second-team-1111";
    b.post(new, "C0NEWONE1", "x").await.ok();
    b.post(new, "U0NEWONE1", "x").await.ok();
    assert_eq!(b.post(new, demo::SALES, "x").await.error(), "channel_not_found");
    assert_eq!(b.say("C0NEWONE1", "x").await.error(), "channel_not_found");
}
