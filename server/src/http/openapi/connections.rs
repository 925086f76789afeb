//! Slack tokens. They go in and never come out.

use serde_json::{Value, json};

use crate::connections::MAX_NAME;

use super::pieces::{Area, Operation, closed, list, one_of, optional_text, reference, text, time, uuid};

pub(super) fn area() -> Area {
    Area {
        name: "Connections",
        description: "Slack tokens with what Slack says about them. A token goes in and never comes out.",
        routes: vec![
            ("/connections", vec![("get", list_all()), ("post", create())]),
            (
                "/connections/{id}",
                vec![
                    ("get", show()),
                    ("put", change("replaceConnection")),
                    ("patch", change("changeConnection")),
                    ("delete", remove()),
                ],
            ),
            ("/connections/{id}/check", vec![("post", check())]),
        ],
        schemas: vec![("Connection", connection())],
    }
}

fn list_all() -> Operation {
    let all = closed(&json!({"connections": list(&reference("Connection"))}), &[]);
    Operation::new(
        "listConnections",
        "read",
        "Stored tokens, by prefix and last four characters.",
    )
    .answers(200, "All of them, newest first.", &all)
}

fn show() -> Operation {
    Operation::new("getConnection", "read", "One connection.")
        .answers(200, "The connection.", &reference("Connection"))
        .refuses(&[404])
}

fn token() -> Value {
    json!({"type": "string", "writeOnly": true, "minLength": 11, "maxLength": 600, "description": "Bot or User OAuth Token, `xoxb-…` or `xoxp-…`."})
}

fn create() -> Operation {
    let name = json!({"type": ["string", "null"], "maxLength": MAX_NAME, "description": "By which people choose it; made of what Slack says if left out."});
    let body = closed(&json!({"auth_token": token(), "name": name}), &["name"]);
    Operation::new(
        "createConnection",
        "rules",
        "Store a token, after asking Slack about it.",
    )
    .note("A token that is stored already is answered as it is.")
    .body(
        true,
        &body,
        &json!({"auth_token": "xoxb-0000000000-paste-your-own", "name": "Sales bot"}),
    )
    .answers(201, "The connection.", &reference("Connection"))
}

/// Both methods do the same: what is not named stays, with a token even for PUT, because nobody can send it back.
fn change(id: &str) -> Operation {
    let mut other_token = token();
    other_token["type"] = json!(["string", "null"]);
    let name = json!({"type": ["string", "null"], "minLength": 1, "maxLength": MAX_NAME});
    let moving = json!({"type": ["boolean", "null"], "description": "The new token may be of another workspace than the present one."});
    let body = closed(
        &json!({"name": name, "auth_token": other_token, "other_workspace": moving}),
        &["name", "auth_token", "other_workspace"],
    );
    Operation::new(
        id,
        "rules",
        "Rename a connection, or replace its token for all its rules.",
    )
    .note("What is not named stays. Messages that wait for a better token go on.")
    .body(true, &body, &json!({"name": "Sales bot"}))
    .answers(200, "The connection.", &reference("Connection"))
    .refuses(&[404])
}

fn remove() -> Operation {
    Operation::new(
        "deleteConnection",
        "rules",
        "Remove a connection that nothing uses; its token is forgotten.",
    )
    .note("409 while a rule uses it or a message waits for it.")
    .response(204, json!({"description": "Removed."}))
    .refuses(&[404, 409])
}

fn check() -> Operation {
    Operation::new(
        "checkConnection",
        "rules",
        "Ask Slack about a connection's token, or about a channel or member with it.",
    )
    .note(
        "A good answer lets waiting messages go on. With a `target`, that place is looked at: a public channel is joined, \
         a direct conversation opened; `send_test` posts a message there that begins with TEST.",
    )
    .body(false, &looked_at(), &json!({"target": {"channel_id": "C0SALES01"}, "send_test": false}))
    .answers(200, "The connection as it stands now.", &reference("Connection"))
    .refuses(&[404])
}

fn looked_at() -> Value {
    let target = json!({"oneOf": [
        closed(&json!({"channel_id": text()}), &[]),
        closed(&json!({"member_id": text()}), &[]),
        {"type": "null"},
    ]});
    let send = json!({"type": ["boolean", "null"], "default": false});
    closed(
        &json!({"target": target, "send_test": send}),
        &["target", "send_test"],
    )
}

fn place() -> Value {
    let posted = closed(&json!({"posted": {"type": "boolean"}, "remark": text()}), &[]);
    let test = json!({"oneOf": [posted, {"type": "null"}]});
    let target = json!({"oneOf": [
        closed(&json!({"channel_id": text()}), &[]),
        closed(&json!({"member_id": text()}), &[]),
    ]});
    closed(
        &json!({
            "target": target,
            "name": optional_text(),
            "reach": one_of(&["open", "untold", "closed", "not_asked"]),
            "remark": text(),
            "advice": text(),
            "code": optional_text(),
            "test": test,
        }),
        &[],
    )
}

fn connection() -> Value {
    closed(
        &json!({
            "id": uuid(),
            "name": text(),
            "kind": one_of(&["bot", "user"]),
            "token": {"type": "string", "description": "Its prefix and last four characters."},
            "team": optional_text(),
            "team_id": optional_text(),
            "user": optional_text(),
            "scopes": list(&text()),
            "missing_scopes": list(&text()),
            "status": one_of(&["ok", "unchecked", "broken"]),
            "last_error": optional_text(),
            "problem": {"type": ["string", "null"], "description": "The same in words, while Slack refuses the token."},
            "broken_since": {"type": ["string", "null"], "format": "date-time"},
            "waiting": {"type": "integer", "minimum": 0, "description": "Messages that wait for it, counted up to 100,001."},
            "rules": {"type": "integer", "minimum": 0, "description": "Rules that use it, counted up to 1,000."},
            "publisher_id": {"type": ["string", "null"], "description": "Whose it is; null for the house's own."},
            "created_at": time(),
            "checked_at": {"type": ["string", "null"], "format": "date-time"},
            "remark": {"type": "string", "description": "What the server has to say about it."},
            "place": place(),
        }),
        &["remark", "place"],
    )
}
