//! `leadbell simulate`: realistic traffic of the demo's business, posted to a running Leadbell.
//!
//! A lead goes down a pingtree: some campaigns reject it, then one buys it (and the lead is sold and the publisher
//! credited) or nobody does (and the lead is rejected). Calls are accepted and answered in between.

use std::time::Duration;

use clap::Args;
use leadbell_dispatch::{Clock, SystemClock};
use leadbell_domain::format_rfc3339;
use rand::seq::SliceRandom;
use rand::{Rng, thread_rng};
use serde_json::{Value, json};

use crate::cli::CliError;
use crate::demo;

/// Where to post what.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Leadbell's address.
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    url: String,
    /// API key; the demo's own by default.
    #[arg(long, env = "LEADBELL_API_KEY", hide_env_values = true, default_value = demo::API_KEY, hide_default_value = true)]
    key: String,
    /// Leads and calls per second; each makes several events.
    #[arg(long, default_value_t = 1.0)]
    rate: f64,
    /// Stop after so many seconds; 0 for never.
    #[arg(long, default_value_t = 0)]
    seconds: u64,
}

/// Publisher, name, channel, name, source, name, product, name of web leads.
const WEB: [[&str; 8]; 4] = [
    [
        "1044",
        "Blue Traffic",
        "5521",
        "Blue POST 1",
        "77120",
        "fb-12",
        "218",
        "Debt Relief",
    ],
    [
        "1044",
        "Blue Traffic",
        "5530",
        "Blue Loans",
        "77121",
        "google-brand",
        "219",
        "Personal Loans",
    ],
    [
        "1051",
        "North Leads",
        "5601",
        "North POST",
        "77300",
        "native-3",
        "218",
        "Debt Relief",
    ],
    [
        "1063",
        "Clickfield",
        "5710",
        "Clickfield Loans",
        "77410",
        "tiktok-1",
        "219",
        "Personal Loans",
    ],
];
/// The same of calls.
const CALLS: [[&str; 8]; 2] = [
    [
        "1044",
        "Blue Traffic",
        "6100",
        "Blue Calls",
        "77122",
        "email-7",
        "310",
        "Auto Insurance Calls",
    ],
    [
        "1078",
        "Radio Reach",
        "6120",
        "Radio Auto",
        "77900",
        "radio-3",
        "310",
        "Auto Insurance Calls",
    ],
];
/// Buyer, name, campaign, name.
const WEB_BUYERS: [[&str; 4]; 3] = [
    ["402", "Acme Lending", "8807", "Acme CA"],
    ["402", "Acme Lending", "8808", "Acme National"],
    ["417", "Summit Debt", "8820", "Summit Settlement"],
];
const CALL_BUYERS: [[&str; 4]; 2] = [
    ["455", "Shield Auto", "9102", "Shield TX"],
    ["455", "Shield Auto", "9103", "Shield South"],
];

/// Posts until the time is over.
pub async fn run(simulate: Simulate) -> Result<(), CliError> {
    if !(simulate.rate > 0.0 && simulate.rate <= 10_000.0) {
        return Err("--rate: from above 0 to 10000 a second".into());
    }
    let client = reqwest::Client::new();
    let url = format!("{}/api/v1/events", simulate.url.trim_end_matches('/'));
    let mut turns = tokio::time::interval(Duration::from_secs_f64(1.0 / simulate.rate));
    let end =
        (simulate.seconds > 0).then(|| tokio::time::Instant::now() + Duration::from_secs(simulate.seconds));
    let (mut posted, mut lead) = (0u64, SystemClock.now_ms());
    loop {
        let now = turns.tick().await;
        if end.is_some_and(|end| now >= end) {
            println!("Posted {posted} events.");
            return Ok(());
        }
        lead += 1;
        let events = journey(lead);
        posted += events.len() as u64;
        let response = client
            .post(&url)
            .bearer_auth(&simulate.key)
            .json(&json!({"events": events}))
            .send()
            .await?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!(
                "{url} answered {status}: {}",
                response.text().await.unwrap_or_default()
            )
            .into());
        }
    }
}

/// All events of one lead or call, in their order.
fn journey(lead: i64) -> Vec<Value> {
    let mut rng = thread_rng();
    let calls = rng.gen_bool(0.3);
    let pick = |list: &[[&'static str; 8]]| *list.choose(&mut thread_rng()).unwrap_or(&WEB[0]);
    let from = if calls { pick(&CALLS) } else { pick(&WEB) };
    let mut buyers: Vec<[&str; 4]> = if calls {
        CALL_BUYERS.to_vec()
    } else {
        WEB_BUYERS.to_vec()
    };
    buyers.shuffle(&mut rng);
    let prefix = if calls { "cl" } else { "lms" };
    let cents: i64 = rng.gen_range(800..12_000);
    let amount = |part: i64| format!("{}.{:02}", cents * part / 100 / 100, cents * part / 100 % 100);
    let base = json!({
        "occurred_at": format_rfc3339(SystemClock.now_ms()),
        "product": {"id": from[6], "name": from[7]},
        "publisher": {"id": from[0], "name": from[1]},
        "channel": {"id": from[2], "name": from[3]},
        "source": {"id": from[4], "name": from[5]},
        "pingtree": if calls { json!({"id": "40", "name": "Auto Calls", "type": "direct_call"}) } else { json!({"id": "31", "name": "Main US", "type": "main"}) },
        "call": if calls { json!({"id": format!("c-{lead}"), "caller": "+15555550100", "dialed": "+18005550199", "ring_seconds": rng.gen_range(2..25)}) } else { Value::Null },
    });
    let method = if rng.gen_bool(0.8) { "POST" } else { "FORM" };
    let event = |name: &str, step: usize, more: Value| {
        let mut event = base.clone();
        event["event_id"] = json!(format!("sim-{lead}-{step}-{name}"));
        event["trigger"] = json!(format!("{prefix}.{name}"));
        event["lead"] = json!({"id": lead, "status": "new", "state": "CA", "zip": "90210", "fields": {"email": "john@example.com"}});
        if !calls {
            event["lead"]["method"] = json!(method);
        }
        if let Value::Object(more) = more {
            for (key, value) in more {
                event[key] = value;
            }
        }
        event
    };
    let buyer = |of: &[&str; 4]| json!({"buyer": {"id": of[0], "name": of[1]}, "campaign": {"id": of[2], "name": of[3], "response_ms": 240}});
    let sold = rng.gen_bool(0.6);
    let mut events = Vec::new();
    let tried = rng.gen_range(1..=buyers.len());
    for (step, of) in buyers.iter().take(tried - 1).enumerate() {
        let mut more = buyer(of);
        more["reject"] = json!({"code": "filter", "reason": "Out of area"});
        events.push(event("campaign_rejected", step, more));
    }
    if !sold {
        let reject = json!({"reject": {"code": "no_buyer", "campaigns_tried": tried}});
        events.push(event("lead_rejected", 90, reject));
        return events;
    }
    let mut winner = buyer(&buyers[tried - 1]);
    winner["money"] = json!({"currency": "USD", "price": amount(100), "total": amount(100), "publisher_earning": amount(70), "admin": amount(30)});
    if calls {
        events.push(event("campaign_accepted", 80, winner.clone()));
        events.push(event("buyer_response", 81, winner.clone()));
    }
    events.push(event("campaign_sold", 82, winner.clone()));
    events.push(event("lead_sold", 83, winner.clone()));
    winner["earning"] = json!({"id": format!("pe-{lead}"), "amount": amount(70), "kind": "direct_sale"});
    events.push(event("publisher_earning_received", 84, winner));
    events
}

#[cfg(test)]
mod tests {
    use leadbell_domain::parse_event;

    use super::*;

    #[test]
    fn every_simulated_event_is_valid() {
        for lead in 0..300 {
            for event in journey(lead) {
                parse_event(&event, 0).unwrap();
            }
        }
    }
}
