//! The key that encrypts tokens is exchanged while the program serves.

use leadbell_sandbox::{Limits, Sandbox, demo};
use serde_json::{Value, json};

use crate::support::{Folder, printed, refusal, rule, sold, soon};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NEW_KEY: &str = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

async fn send(url: &str, key: &str, (method, path): (reqwest::Method, &str), body: &Value) {
    let request = reqwest::Client::new()
        .request(method, format!("{url}/api/v1{path}"))
        .bearer_auth(key)
        .json(body);
    let answer = soon(request.send()).await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
}

async fn post(url: &str, key: &str, path: &str, body: &Value) {
    send(url, key, (reqwest::Method::POST, path), body).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_is_exchanged_beside_a_server_that_sends_and_stores_all_the_while() {
    let sandbox = Sandbox::builder().demo_workspace().limits(Limits::off()).build();
    let sandbox = sandbox.spawn().await.unwrap();
    let folder = Folder::new(&[("LEADBELL_SLACK_API_URL", &sandbox.api_url())]);
    let key = printed(&folder.run(&["key", "create", "--name", "Test"]).await);
    let key = key.trim();
    let sent = async |text: &str| {
        let text = text.to_owned();
        soon(sandbox.handle().wait_for_message(|message| message.text == text)).await;
    };
    let file = folder.path().join("data/secret.key");
    let keys = || -> Vec<String> {
        let text = std::fs::read_to_string(&file).unwrap();
        text.lines()
            .map(|line| line.split_whitespace().next().unwrap().to_owned())
            .collect()
    };
    let program = folder.serve().await;
    let url = program.url.clone();
    let product = json!({"products": [{"id": 218, "name": "Debt Relief", "platform": "lms"}]});
    send(&url, key, (reqwest::Method::PUT, "/catalog"), &product).await;
    post(
        &url,
        key,
        "/rules",
        &rule("product", "218", "lms.lead_sold", "{{lead_id}}"),
    )
    .await;
    post(&url, key, "/events", &sold("before")).await;
    sent("before").await;

    let old = keys();
    let said = printed(&folder.run(&["secrets", "rotate"]).await);
    assert!(said.contains("1 connection is encrypted anew"), "{said}");
    let both = keys();
    assert_eq!((both.len(), &both[1]), (2, &old[0]));
    // The server knows nothing of it yet; it looks, and sends.
    post(&url, key, "/events", &sold("during")).await;
    sent("during").await;
    // What it stores now is sealed with the new key.
    post(
        &url,
        key,
        "/connections",
        &json!({"auth_token": demo::USER_TOKEN}),
    )
    .await;
    let status = printed(&folder.run(&["secrets", "status"]).await);
    assert!(
        status.starts_with("2 connections are encrypted with the present key, 0 with earlier"),
        "{status}"
    );

    // As if a rotation had been cut short right after the key was written.
    std::fs::write(&file, format!("{NEW_KEY}\n{}\n{}\n", both[0], both[1])).unwrap();
    let refused = refusal(&folder.run(&["secrets", "forget"]).await);
    assert!(refused.contains("rotate"), "{refused}");
    let going_on = printed(&folder.run(&["secrets", "rotate"]).await);
    assert!(
        going_on.contains("Going on") && keys()[0] == NEW_KEY,
        "{going_on}"
    );
    let forgot = printed(&folder.run(&["secrets", "forget"]).await);
    assert!(forgot.contains("2 taken out"), "{forgot}");
    assert_eq!(keys(), [NEW_KEY]);
    post(&url, key, "/events", &sold("after")).await;
    sent("after").await;
    let (log, well) = program.terminate().await;
    assert!(well && !log.contains("can't be decrypted"), "{log}");

    let program = folder.serve().await;
    post(&program.url, key, "/events", &sold("alone")).await;
    sent("alone").await;
    let (again, well) = program.terminate().await;
    assert!(well, "{again}");
    for secret in [NEW_KEY, &both[0], &both[1], demo::USER_TOKEN, demo::BOT_TOKEN] {
        for text in [&log, &again, &said, &status, &going_on, &forgot] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_a_setting_is_exchanged_by_who_sets_it() {
    let mut folder = Folder::new(&[("LEADBELL_SECRET_KEY", KEY)]);
    let refused = refusal(&folder.run(&["secrets", "rotate"]).await);
    assert!(
        refused.contains("LEADBELL_SECRET_KEY_PREVIOUS") && !refused.contains(KEY),
        "{refused}"
    );
    folder.set("LEADBELL_SECRET_KEY", NEW_KEY);
    folder.set("LEADBELL_SECRET_KEY_PREVIOUS", KEY);
    let said = printed(&folder.run(&["secrets", "rotate"]).await);
    assert!(said.starts_with("0 connections are encrypted anew."), "{said}");
}
