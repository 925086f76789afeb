//! Slack tokens. They go in and never come out.

use serde_json::{Value, json};

use super::pieces::{Area, Operation, closed, list, one_of, optional_text, reference, text, time, uuid};

pub(super) fn area() -> Area {
    Area {
        name: "Connections",
        description: "Slack tokens with what Slack says about them. A token goes in and never comes out.",
        routes: vec![("/connections", vec![("get", list_all()), ("post", create())])],
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

fn create() -> Operation {
    let token = json!({"type": "string", "writeOnly": true, "minLength": 11, "maxLength": 600, "description": "Bot or User OAuth Token, `xoxb-…` or `xoxp-…`."});
    let body = closed(&json!({"auth_token": token}), &[]);
    Operation::new(
        "createConnection",
        "rules",
        "Store a token, after asking Slack about it.",
    )
    .note("A token that is stored already is answered as it is.")
    .body(
        true,
        &body,
        &json!({"auth_token": "xoxb-0000000000-paste-your-own"}),
    )
    .answers(201, "The connection.", &reference("Connection"))
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
            "status": one_of(&["ok", "unchecked", "broken"]),
            "last_error": optional_text(),
            "publisher_id": {"type": ["string", "null"], "description": "Whose it is; null for the house's own."},
            "created_at": time(),
            "checked_at": {"type": ["string", "null"], "format": "date-time"},
            "remark": {"type": "string", "description": "What the server has to say about it."},
        }),
        &["remark"],
    )
}
