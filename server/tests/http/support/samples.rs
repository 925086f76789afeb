//! Events and rules as the outside writes them.

use leadbell_sandbox::demo;
use serde_json::{Map, Value, json};

/// A lead of publisher 1044, sold by product 218 for 42.50.
pub fn sold(event_id: &str) -> Value {
    event("lms.lead_sold", event_id)
}

/// An event of this trigger with everything in it that events have. Its lead's id is the event's.
pub fn event(trigger: &str, event_id: &str) -> Value {
    let calls = trigger.starts_with("cl.");
    let (product, name) = if calls {
        (310, "Auto Insurance Calls")
    } else {
        (218, "Debt Relief")
    };
    let campaign = if calls { (9102, 455) } else { (8807, 402) };
    json!({
        "event_id": event_id,
        "trigger": trigger,
        "occurred_at": "2026-11-23T20:15:03.412Z",
        "product": {"id": product, "name": name},
        "lead": {"id": event_id, "method": "POST", "state": "CA", "fields": {"email": "jo@example.com"}},
        "publisher": {"id": 1044, "name": "Blue Traffic"},
        "channel": {"id": 5521, "name": "Blue POST 1"},
        "source": {"id": 77120, "name": "fb-12"},
        "buyer": {"id": campaign.1},
        "campaign": {"id": campaign.0},
        "money": {"currency": "USD", "price": "42.50", "publisher_earning": "30.00"},
    })
}

/// The value with another one at this path of names.
pub fn set(mut value: Value, path: &str, new: Value) -> Value {
    let mut place = &mut value;
    for step in path.split('.') {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        place = &mut place[step];
    }
    *place = new;
    value
}

/// The value without what is at this path of names.
pub fn without(mut value: Value, path: &str) -> Value {
    let (parent, last) = path.rsplit_once('.').unwrap_or(("", path));
    let pointer = if parent.is_empty() {
        String::new()
    } else {
        format!("/{}", parent.replace('.', "/"))
    };
    let parent = value.pointer_mut(&pointer).and_then(Value::as_object_mut);
    parent.expect("an object").remove(last).expect("it was there");
    value
}

/// A line of JSON each.
pub fn lines(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

/// A rule that sends to #sales with the demo's bot token.
pub fn rule(level: &str, entity: &str, trigger: &str, text: &str) -> Value {
    json!({
        "level": level,
        "entity_id": entity,
        "trigger": trigger,
        "action": {
            "type": "send_slack_message",
            "auth_token": demo::BOT_TOKEN,
            "target": {"channel_id": demo::SALES},
            "text": text,
        },
    })
}
