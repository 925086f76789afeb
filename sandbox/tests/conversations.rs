//! Direct messages and joining.

mod common;

use common::bench;
use leadbell_sandbox::{ChannelKind, demo};
use serde_json::{Value, json};

async fn open(b: &common::Bench, users: &str) -> common::Answer {
    b.json(demo::BOT_TOKEN, "conversations.open", json!({ "users": users }))
        .await
}

fn id(reply: &Value) -> String {
    reply["channel"]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn opening_a_direct_message_twice_gives_the_same_id() {
    let b = bench().await;
    let first = open(&b, demo::ANN_KIM).await.ok();
    assert!(first.get("already_open").is_none());
    let again = open(&b, demo::ANN_KIM).await.ok();
    assert_eq!(
        (&again["no_op"], &again["already_open"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(id(&first), id(&again));
    assert!(id(&first).starts_with('D'));
    let other = b
        .json(
            demo::JOINING_BOT_TOKEN,
            "conversations.open",
            json!({"users": demo::ANN_KIM}),
        )
        .await
        .ok();
    assert_ne!(id(&first), id(&other), "each bot has its own");
}

#[tokio::test]
async fn a_message_to_a_member_opens_the_same_direct_message_and_tells_its_id() {
    let b = bench().await;
    let reply = b.say(demo::ANN_KIM, "hello").await.ok();
    let opened = open(&b, demo::ANN_KIM).await.ok();
    assert_eq!(reply["channel"], opened["channel"]["id"]);
    b.say(&id(&opened), "again").await.ok();
    let texts: Vec<String> = b
        .sandbox
        .handle()
        .messages_in(&id(&opened))
        .into_iter()
        .map(|m| m.text)
        .collect();
    assert_eq!(texts, ["hello", "again"]);
}

#[tokio::test]
async fn the_full_definition_is_given_on_request() {
    let b = bench().await;
    let body = json!({"users": demo::ANN_KIM, "return_im": true});
    let reply = b.json(demo::BOT_TOKEN, "conversations.open", body).await.ok();
    assert_eq!(
        (&reply["channel"]["is_im"], &reply["channel"]["user"]),
        (&json!(true), &json!(demo::ANN_KIM))
    );
    let resumed = b
        .json(
            demo::BOT_TOKEN,
            "conversations.open",
            json!({"channel": id(&reply)}),
        )
        .await
        .ok();
    assert_eq!(id(&resumed), id(&reply));
}

#[tokio::test]
async fn people_who_cannot_be_written_to_have_their_codes() {
    let b = bench().await;
    assert_eq!(open(&b, "U0NOBODY1").await.error(), "user_not_found");
    assert_eq!(open(&b, demo::DEACTIVATED).await.error(), "user_disabled");
    assert_eq!(open(&b, demo::JOINING_BOT_USER).await.error(), "cannot_dm_bot");
    assert_eq!(open(&b, "").await.error(), "users_list_not_supplied");
    assert_eq!(
        open(&b, "UA,UB,UC,UD,UE,UF,UG,UH,UI").await.error(),
        "too_many_users"
    );
    let pair = format!("{},{}", demo::ANN_KIM, demo::BEN_RUIZ);
    let several = open(&b, &pair).await;
    assert_eq!(
        (several.error(), &several.body["needed"]),
        ("missing_scope", &json!("mpim:write"))
    );
    assert_eq!(b.say("U0NOBODY1", "x").await.error(), "channel_not_found");
    assert_eq!(b.say(demo::DEACTIVATED, "x").await.error(), "user_disabled");
    let mute = b.post(demo::NO_MESSAGES_TAB_TOKEN, demo::ANN_KIM, "x").await;
    assert_eq!(mute.error(), "messages_tab_disabled");
    assert_eq!(b.sandbox.handle().posted(), 0);
}

#[tokio::test]
async fn a_member_who_leaves_can_no_longer_be_written_to_by_the_known_id() {
    let b = bench().await;
    let opened = open(&b, demo::ANN_KIM).await.ok();
    b.sandbox
        .handle()
        .change_member(demo::ANN_KIM, |m| m.deactivated = true);
    assert_eq!(b.say(&id(&opened), "x").await.error(), "user_disabled");
}

#[tokio::test]
async fn nobody_else_may_use_a_direct_message() {
    let b = bench().await;
    let opened = open(&b, demo::ANN_KIM).await.ok();
    assert_eq!(
        b.post(demo::JOINING_BOT_TOKEN, &id(&opened), "x").await.error(),
        "channel_not_found"
    );
}

#[tokio::test]
async fn several_people_with_the_scope_get_a_group() {
    let b = bench().await;
    b.sandbox
        .handle()
        .change_token(demo::BOT_TOKEN, |t| t.scopes.push("mpim:write".into()));
    let reply = open(&b, &format!("{},{}", demo::ANN_KIM, demo::BEN_RUIZ))
        .await
        .ok();
    let channel = b.sandbox.handle().workspace().channels[&id(&reply)].clone();
    assert_eq!(
        (channel.kind, channel.members.len()),
        (ChannelKind::GroupDirect, 3)
    );
    b.say(&channel.id, "both").await.ok();
}

#[tokio::test]
async fn a_bot_joins_a_public_channel_and_can_post_then() {
    let b = bench().await;
    let join = async |token: &str, channel: &str| {
        b.json(token, "conversations.join", json!({"channel": channel}))
            .await
    };
    assert_eq!(
        b.post(demo::JOINING_BOT_TOKEN, demo::REJECTS, "x").await.error(),
        "not_in_channel"
    );
    let joined = join(demo::JOINING_BOT_TOKEN, demo::REJECTS).await.ok();
    assert_eq!(
        (&joined["channel"]["name"], &joined["channel"]["is_member"]),
        (&json!("rejects"), &json!(true))
    );
    assert!(joined.get("warning").is_none());
    b.post(demo::JOINING_BOT_TOKEN, demo::REJECTS, "x").await.ok();
    let again = join(demo::JOINING_BOT_TOKEN, demo::REJECTS).await.ok();
    assert_eq!(again["warning"], "already_in_channel");
    assert_eq!(
        again["response_metadata"]["warnings"],
        json!(["already_in_channel"])
    );
    for (channel, code) in [
        (demo::OPS_PRIVATE, "method_not_supported_for_channel_type"),
        (demo::ARCHIVED, "is_archived"),
        ("C0NOWHERE", "channel_not_found"),
    ] {
        assert_eq!(join(demo::JOINING_BOT_TOKEN, channel).await.error(), code);
    }
}

#[tokio::test]
async fn a_user_joins_with_the_users_scope() {
    let b = bench().await;
    b.sandbox
        .handle()
        .change_token(demo::USER_TOKEN, |t| t.scopes.retain(|s| s != "channels:write"));
    let refused = b
        .json(
            demo::USER_TOKEN,
            "conversations.join",
            json!({"channel": demo::REJECTS}),
        )
        .await;
    assert_eq!(
        (refused.error(), &refused.body["needed"]),
        ("missing_scope", &json!("channels:write"))
    );
}
