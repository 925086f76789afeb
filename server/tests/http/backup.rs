//! `leadbell backup` and `leadbell restore`, with the compiled program and while it works.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use leadbell_sandbox::{Limits, Sandbox, demo};
use serde_json::{Value, json};

use crate::support::{Database, Folder, printed, refusal, rule, set, sold, soon};

async fn send(http: &reqwest::Client, url: &str, key: &str, body: &Value) -> Value {
    let request = http.post(format!(
        "{url}/api/v1{}",
        if body["level"].is_null() {
            "/events"
        } else {
            "/rules"
        }
    ));
    let answer = soon(request.bearer_auth(key).json(body).send()).await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_while_events_come_in_holds_all_that_was_acknowledged_and_comes_back_elsewhere() {
    comes_back_elsewhere(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_does_one_of_postgres_by_its_own_tools() {
    let (Some(here), Some(elsewhere)) = (Database::whole_postgres().await, Database::whole_postgres().await)
    else {
        return;
    };
    comes_back_elsewhere(Some((&here.url(), &elsewhere.url()))).await;
    here.remove().await;
    elsewhere.remove().await;
}

/// Of SQLite, or of PostgreSQL between these two databases.
async fn comes_back_elsewhere(postgres: Option<(&str, &str)>) {
    let sandbox = Sandbox::builder()
        .demo_workspace()
        .limits(Limits::off())
        .build()
        .spawn()
        .await
        .unwrap();
    let api = sandbox.api_url();
    let folder_on = |url: Option<&str>| {
        let mut folder = Folder::new(&[("LEADBELL_SLACK_API_URL", &api)]);
        if let Some(url) = url {
            folder.set("LEADBELL_DATABASE_URL", url);
        }
        folder
    };
    let folder = folder_on(postgres.map(|(here, _)| here));
    let key = printed(&folder.run(&["key", "create", "--name", "Test"]).await)
        .trim()
        .to_owned();
    let program = folder.serve().await;
    let (url, http) = (program.url.clone(), reqwest::Client::new());
    let product = json!({"products": [{"id": 218, "name": "Debt Relief", "platform": "lms"}]});
    let catalog = http
        .put(format!("{url}/api/v1/catalog"))
        .bearer_auth(&key)
        .json(&product);
    assert!(soon(catalog.send()).await.unwrap().status().is_success());
    let made = set(
        rule("product", "218", "lms.lead_sold", "Lead {{lead_id}}"),
        "action.sending",
        json!({"bursts": "every"}),
    );
    send(&http, &url, &key, &made).await;

    // Events without end, each counted when it is acknowledged.
    let (acknowledged, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let flood = {
        let (acknowledged, over) = (Arc::clone(&acknowledged), Arc::clone(&over));
        let (http, url, key) = (http.clone(), url.clone(), key.clone());
        tokio::spawn(async move {
            while !over.load(Ordering::SeqCst) {
                let number = acknowledged.load(Ordering::SeqCst);
                send(&http, &url, &key, &sold(&format!("lead-{number}"))).await;
                acknowledged.store(number + 1, Ordering::SeqCst);
            }
        })
    };
    while acknowledged.load(Ordering::SeqCst) < 40 {
        tokio::task::yield_now().await;
    }
    let before = acknowledged.load(Ordering::SeqCst);
    let said = printed(&folder.run(&["backup", "copy.backup"]).await);
    assert!(
        said.contains("The key that encrypts Slack tokens is not in it"),
        "{said}"
    );
    over.store(true, Ordering::SeqCst);
    flood.await.unwrap();
    assert!(acknowledged.load(Ordering::SeqCst) >= before);
    let copy = folder.path().join("copy.backup");
    assert_eq!(
        std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let again = refusal(&folder.run(&["backup", "copy.backup"]).await);
    assert!(again.contains("is there already"), "{again}");
    let served = refusal(&folder.run(&["restore", "copy.backup", "--force"]).await);
    assert!(served.contains("Leadbell is serving"), "{served}");
    program.kill().await;
    let posted = sandbox.handle().messages_in(demo::SALES).len();

    // On another machine, with the key that was kept elsewhere.
    let other = folder_on(postgres.map(|(_, elsewhere)| elsewhere));
    std::fs::create_dir_all(other.path().join("data")).unwrap();
    std::fs::copy(
        folder.path().join("data/secret.key"),
        other.path().join("data/secret.key"),
    )
    .unwrap();
    let copy = copy.to_string_lossy().into_owned();
    printed(&other.run(&["restore", &copy]).await);
    let full = refusal(&other.run(&["restore", &copy]).await);
    assert!(full.contains("--force"), "{full}");
    let program = other.serve().await;
    for number in 0..before {
        let answer = send(&http, &program.url, &key, &sold(&format!("lead-{number}"))).await;
        assert_eq!(
            answer["duplicates"],
            json!(1),
            "lead-{number} was acknowledged and is gone"
        );
    }
    // Nothing of what waited in the copy goes out by itself.
    let deliveries = http
        .get(format!("{}/api/v1/deliveries?limit=100", program.url))
        .bearer_auth(&key);
    let deliveries: Value = soon(deliveries.send()).await.unwrap().json().await.unwrap();
    let all = deliveries["deliveries"].as_array().unwrap();
    assert!(all.len() >= before.min(100), "{}", all.len());
    for one in all {
        let status = one["status"].as_str().unwrap();
        assert!(matches!(status, "sent" | "ambiguous"), "{one}");
    }
    assert_eq!(sandbox.handle().messages_in(demo::SALES).len(), posted);
    program.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_backup_is_not_restored() {
    let folder = Folder::new(&[]);
    let missing = refusal(&folder.run(&["restore", "nothing.backup"]).await);
    assert!(missing.contains("there is no file"), "{missing}");
    std::fs::write(folder.path().join("text.backup"), "no database").unwrap();
    let broken = refusal(&folder.run(&["restore", "text.backup"]).await);
    assert!(broken.contains("is no good backup"), "{broken}");
    let nothing = refusal(&folder.run(&["backup", "x.backup"]).await);
    assert!(nothing.contains("there is no database"), "{nothing}");
    assert!(!folder.path().join("x.backup").exists());
}
