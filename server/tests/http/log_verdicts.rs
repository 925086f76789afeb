//! What is judged again comes out as it did: at random, with rules that are made, edited, switched, deleted and brought
//! back between events.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{TestApp, event, rule, set, without};

/// A small generator: the same steps every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

const TRIGGERS: [&str; 3] = [
    "lms.lead_sold",
    "lms.lead_rejected",
    "lms.publisher_earning_received",
];

fn method(dice: &mut Dice) -> &'static str {
    ["POST", "FORM"][dice.roll(2) as usize]
}

fn draft(dice: &mut Dice) -> Value {
    let (level, entity) = [("product", "218"), ("publisher", "1044")][dice.roll(2) as usize];
    let trigger = TRIGGERS[dice.roll(3) as usize];
    let mut made = rule(level, entity, trigger, "Lead {{lead_id}}");
    if dice.roll(2) == 0 {
        made = set(made, "filters.method", json!({"any_of": [method(dice)]}));
    }
    if trigger != "lms.lead_rejected" && dice.roll(2) == 0 {
        made = set(
            made,
            "filters.price",
            json!({"op": "gt", "value": format!("{}", dice.roll(60))}),
        );
    }
    made = set(made, "include_test", json!(dice.roll(2) == 0));
    let status = ["active", "active", "disabled"][dice.roll(3) as usize];
    set(made, "status", json!(status))
}

/// Changes the house in some way.
async fn change(app: &TestApp, dice: &mut Dice, rules: &mut Vec<Value>) {
    let any = |dice: &mut Dice, rules: &[Value]| rules[dice.roll(rules.len() as u64) as usize]["id"].clone();
    if rules.len() < 3 || dice.roll(4) == 0 {
        rules.push(app.rule(&draft(dice)).await);
        return;
    }
    let path = format!("/rules/{}", any(dice, rules).as_str().unwrap());
    match dice.roll(3) {
        0 => {
            let answer = app.delete(&path).await;
            answer.expect(204);
            rules.retain(|rule| !path.ends_with(rule["id"].as_str().unwrap()));
        }
        1 => {
            let now = without(app.get(&path).await.expect(200).json(), "summary");
            let other = if now["status"] == "active" {
                "disabled"
            } else {
                "active"
            };
            app.put(&path, &set(now, "status", json!(other)))
                .await
                .expect(200);
        }
        _ => {
            let now = without(app.get(&path).await.expect(200).json(), "summary");
            let new = draft(dice);
            if new["level"] != now["level"] {
                return;
            }
            let mut edited = now;
            for part in ["trigger", "filters", "include_test", "status"] {
                edited[part] = new.get(part).cloned().unwrap_or_else(|| json!({}));
            }
            app.put(&path, &edited).await.expect(200);
        }
    }
}

pub async fn rules_that_changed_since_are_judged_as_they_were_at_arrival(app: &mut TestApp) {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut rules = Vec::new();
    let mut told: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for step in 0..100 {
        change(app, &mut dice, &mut rules).await;
        let id = format!("e-{step}");
        let trigger = TRIGGERS[dice.roll(3) as usize];
        let happened = set(event(trigger, &id), "lead.method", json!(method(&mut dice)));
        let happened = set(happened, "is_test", json!(dice.roll(4) == 0));
        app.event(&happened).await;
        // What the event itself tells at once, when nothing has changed yet.
        told.insert(id.clone(), verdicts(app, &id).await);
    }
    let mut fired = 0;
    for (id, at_once) in told {
        let later = verdicts(app, &id).await;
        assert_eq!(later, at_once, "{id} is told otherwise by now");
        let mut matched: Vec<&str> = later
            .iter()
            .filter(|(_, verdict)| verdict == "matched")
            .map(|(rule, _)| rule.as_str())
            .collect();
        let deliveries = app.deliveries(&id).await;
        let mut sent: Vec<&str> = deliveries
            .iter()
            .map(|delivery| delivery["rule_id"].as_str().unwrap())
            .collect();
        matched.sort_unstable();
        sent.sort_unstable();
        assert_eq!(matched, sent, "{id}");
        fired += sent.len();
    }
    assert!(fired > 20, "only {fired} messages: this proves little");
}

async fn verdicts(app: &TestApp, id: &str) -> Vec<(String, String)> {
    let told = app.get(&format!("/events/{id}")).await.expect(200).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = told["verdicts"].as_array().unwrap().iter();
    all.map(|verdict| (text(&verdict["rule_id"]), text(&verdict["verdict"])))
        .collect()
}
