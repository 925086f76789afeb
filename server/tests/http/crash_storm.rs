//! The real program under load, beside a Slack full of faults, killed with `kill -9` thirty times at random moments:
//! nothing that was acknowledged is lost, and nothing is posted twice unless the log says that it may have been.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use leadbell_sandbox::{Channel, Fault, Limits, Running, Sandbox, demo};
use serde_json::{Value, json};

use crate::support::{Database, Folder, printed, rule, set, sold, soon};

const KILLS: u32 = 30;
/// As many publishers as channels: each has a rule that posts into a channel of its own.
const CHANNELS: u64 = 40;
/// Batches of five events between two kills at most: more would only wait for the channels' pace.
const BATCHES: u32 = 10;
/// Longer than a lease, which another server (or the same one on PostgreSQL) has to wait for, and the queues after it.
const TO_THE_END: Duration = Duration::from_secs(180);

/// Numbers that look random and are the same in each run (xorshift64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn channel(publisher: u64) -> String {
    format!("C0STORM{publisher:03}")
}

/// What can go wrong with a post. Those after the work are the mean ones: Slack has posted, and nobody is told.
fn fault(dice: &mut Dice) -> Fault {
    match dice.roll(9) {
        0 => Fault::rate_limited(1),
        1 => Fault::status(503),
        2 => Fault::status(500).after_the_work(),
        3 => Fault::cut_off().after_the_work(),
        4 => Fault::cut_off(),
        5 => Fault::error("internal_error").after_the_work(),
        6 => Fault::error("service_unavailable"),
        7 => Fault::hang().after_the_work(),
        _ => Fault::hang(),
    }
}

/// The REST interface of whichever program serves just now.
#[derive(Clone)]
struct Api {
    url: String,
    key: String,
    http: reqwest::Client,
}

impl Api {
    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}/api/v1{path}", self.url));
        let answer = soon(request.bearer_auth(&self.key).send())
            .await
            .expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.expect("JSON")
    }

    /// Whether it was answered with a success; a program that was killed answers nothing.
    async fn post(&self, path: &str, body: &Value) -> bool {
        let request = self.http.post(format!("{}/api/v1{path}", self.url));
        match request.bearer_auth(&self.key).json(body).send().await {
            Ok(answer) => {
                let status = answer.status();
                assert!(
                    status.is_success(),
                    "{path}: {status} {}",
                    answer.text().await.unwrap_or_default()
                );
                true
            }
            Err(_) => false,
        }
    }
}

fn event(id: &str, publisher: u64) -> Value {
    set(sold(id), "publisher", json!({"id": format!("storm-{publisher}")}))
}

/// Posts some batches, at most until the program is gone. What was acknowledged is written down.
async fn pour(api: Api, acknowledged: Arc<Mutex<BTreeSet<String>>>, next: Arc<AtomicU64>) {
    for _ in 0..BATCHES {
        let first = next.fetch_add(5, Ordering::Relaxed);
        let ids: Vec<String> = (first..first + 5).map(|n| format!("event-{n:06}")).collect();
        let events: Vec<Value> = ids
            .iter()
            .zip(first..)
            .map(|(id, n)| event(id, n * 7 % CHANNELS))
            .collect();
        if !api.post("/events", &json!({"events": events})).await {
            return;
        }
        acknowledged.lock().expect("not poisoned").extend(ids);
    }
}

async fn set_up(folder: &Folder) -> Api {
    let key = printed(&folder.run(&["key", "create", "--name", "Storm"]).await)
        .trim()
        .to_owned();
    let program = folder.serve().await;
    let api = Api {
        url: program.url.clone(),
        key,
        http: reqwest::Client::new(),
    };
    let publishers: Vec<Value> = (0..CHANNELS)
        .map(|n| json!({"id": format!("storm-{n}"), "name": "Storm"}))
        .collect();
    let catalog = json!({
        "products": [{"id": 218, "name": "Debt Relief", "platform": "lms"}],
        "publishers": publishers,
    });
    let put = api
        .http
        .put(format!("{}/api/v1/catalog", api.url))
        .bearer_auth(&api.key)
        .json(&catalog);
    assert!(soon(put.send()).await.expect("an answer").status().is_success());
    for publisher in 0..CHANNELS {
        let rule = rule(
            "publisher",
            &format!("storm-{publisher}"),
            "lms.lead_sold",
            "{{lead_id}}",
        );
        let rule = set(rule, "action.target", json!({"channel_id": channel(publisher)}));
        // Each message is looked for; a summary would hide some.
        let rule = set(rule, "action.sending", json!({"bursts": "every"}));
        assert!(api.post("/rules", &rule).await);
    }
    program.kill().await;
    api
}

async fn slack() -> Running {
    let sandbox = Sandbox::builder()
        .demo_workspace()
        .limits(Limits::off())
        .history(200_000)
        .build();
    for publisher in 0..CHANNELS {
        let id = channel(publisher);
        sandbox
            .handle()
            .add_channel(Channel::public(&id, demo::TEAM, &id.to_lowercase()));
    }
    sandbox.spawn().await.expect("the sandbox starts")
}

/// Every delivery there is.
async fn deliveries(api: &Api) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.get(&format!("/deliveries?limit=1000{cursor}")).await;
        all.extend(page["deliveries"].as_array().expect("a list").iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

async fn storm(database: &Database, name: &str) {
    let slack = slack().await;
    let folder = Folder::new(&[
        ("LEADBELL_SLACK_API_URL", &slack.api_url()),
        ("LEADBELL_DATABASE_URL", &database.url()),
    ]);
    let mut api = set_up(&folder).await;
    let handle = slack.handle();
    let mut dice = Dice(0x5eed_1eaf_bead_cafe);
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let next = Arc::new(AtomicU64::new(0));

    for _ in 0..KILLS {
        let program = folder.serve().await;
        api.url.clone_from(&program.url);
        for _ in 0..dice.roll(6) {
            handle.fail_next("chat.postMessage", 1, fault(&mut dice));
        }
        let calls = handle.calls_of("chat.postMessage").len();
        let mut pouring = tokio::spawn(pour(api.clone(), acknowledged.clone(), next.clone()));
        // A moment between the first call and some dozens, or when everything is posted: on PostgreSQL the channels of
        // the last kill may still wait for their leases.
        let more = usize::try_from(dice.roll(60)).expect("small");
        let called = soon(handle.wait_for_calls("chat.postMessage", calls + more));
        let poured = tokio::select! {
            _ = called => false,
            ended = &mut pouring => { ended.expect("no panic"); true }
        };
        program.kill().await;
        if !poured {
            soon(pouring).await.expect("no panic");
        }
        handle.clear_faults();
        handle.release_held();
    }

    // In each channel order holds: once the last event's message is there, everything before it has had its turn.
    let program = folder.serve().await;
    api.url.clone_from(&program.url);
    for publisher in 0..CHANNELS {
        assert!(
            api.post("/events", &event(&format!("last-{publisher}"), publisher))
                .await
        );
    }
    for publisher in 0..CHANNELS {
        let last = handle.wait_for_message(|message| message.text == format!("last-{publisher}"));
        tokio::time::timeout(TO_THE_END, last)
            .await
            .expect("every queue comes to its end");
    }
    let (log, well) = program.terminate().await;
    assert!(well, "{log}");

    let mut posted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for message in handle.messages() {
        *times.entry(message.text.clone()).or_default() += 1;
        posted.entry(message.channel).or_default().push(message.text);
    }
    let program = folder.serve().await;
    api.url.clone_from(&program.url);
    let mut all = deliveries(&api).await;
    program.kill().await;
    all.sort_by_key(|delivery| delivery["id"].as_str().map(str::to_owned));

    let mut known = BTreeSet::new();
    let (mut sent, mut in_doubt, mut doubt_seen) = (0, 0, 0);
    let mut order: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for delivery in &all {
        let text = delivery["text"].as_str().expect("a text").to_owned();
        assert!(
            known.insert(text.clone()),
            "two deliveries for one event: {delivery}"
        );
        let times = times.get(&text).copied().unwrap_or(0);
        let target = delivery["target"]["channel_id"]
            .as_str()
            .expect("a channel")
            .to_owned();
        match delivery["status"].as_str().expect("a status") {
            "sent" => {
                sent += 1;
                assert_eq!(times, 1, "sent says the log: {delivery}");
            }
            "ambiguous" => {
                in_doubt += 1;
                doubt_seen += times;
                assert!(times <= 1, "posted twice: {delivery}");
            }
            _ => panic!("no end: {delivery}"),
        }
        if times > 0 {
            order.entry(target).or_default().push(text);
        }
    }
    let acknowledged = acknowledged.lock().expect("not poisoned");
    let lost: Vec<_> = acknowledged.iter().filter(|id| !known.contains(*id)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert_eq!(posted, order, "the order of a channel");
    println!(
        "{name}: {KILLS} kills, {} events acknowledged, 0 lost, {} deliveries: {sent} sent once, {in_doubt} marked \
         ambiguous (of which {doubt_seen} had been posted), 0 posted twice",
        acknowledged.len(),
        all.len(),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_kills_lose_nothing_and_repeat_nothing_on_sqlite() {
    storm(&Database::sqlite(), "SQLite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_kills_lose_nothing_and_repeat_nothing_on_postgres() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    storm(&database, "PostgreSQL").await;
    database.remove().await;
}
