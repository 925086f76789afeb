//! The compiled program: its commands, its refusals, and `kill -9`.

use std::collections::BTreeMap;

use leadbell_sandbox::{Limits, Sandbox, demo};
use leadbell_server::config;
use serde_json::{Value, json};

use crate::support::{Folder, printed, refusal, rule, set, sold, soon};

/// Makes an API key by the command for it.
async fn key(folder: &Folder) -> String {
    let output = folder.run(&["key", "create", "--name", "Test"]).await;
    printed(&output).trim().to_owned()
}

struct Api {
    url: String,
    key: String,
    http: reqwest::Client,
}

impl Api {
    async fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}/api/v1{path}", self.url));
        let answer = soon(request.bearer_auth(&self.key).json(body).send())
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}/api/v1{path}", self.url));
        let answer = soon(request.bearer_auth(&self.key).send()).await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_it_sends_the_rest_after_its_restart_and_nothing_twice() {
    const EVENTS: usize = 20;
    let sandbox = Sandbox::builder()
        .demo_workspace()
        .limits(Limits::off())
        .build()
        .spawn()
        .await
        .unwrap();
    let folder = Folder::new(&[("LEADBELL_SLACK_API_URL", &sandbox.api_url())]);
    let key = key(&folder).await;
    let program = folder.serve().await;
    let mut api = Api {
        url: program.url.clone(),
        key,
        http: reqwest::Client::new(),
    };
    let product = json!({"products": [{"id": 218, "name": "Debt Relief", "platform": "lms"}]});
    let catalog = api.http.put(format!("{}/api/v1/catalog", api.url));
    let answer = soon(catalog.bearer_auth(&api.key).json(&product).send())
        .await
        .unwrap();
    assert!(answer.status().is_success());
    // Each message is looked for; a summary would hide some.
    let rule = rule("product", "218", "lms.lead_sold", "{{lead_id}}");
    api.post("/rules", &set(rule, "action.sending", json!({"bursts": "every"})))
        .await;
    let events: Vec<Value> = (1..=EVENTS).map(|n| sold(&format!("lead-{n:02}"))).collect();
    let answer = api.post("/events", &json!({"events": events})).await;
    assert_eq!(answer["accepted"], EVENTS);
    soon(sandbox.handle().wait_for_messages(3)).await;
    program.kill().await;
    let before = sandbox.handle().posted();
    assert!(before < EVENTS as u64, "it was too quick for this test");

    let program = folder.serve().await;
    api.url.clone_from(&program.url);
    soon(
        sandbox
            .handle()
            .wait_for_message(|message| message.text == "lead-20"),
    )
    .await;
    let (log, well) = program.terminate().await;
    assert!(well, "{log}");
    let mut posted: BTreeMap<String, usize> = BTreeMap::new();
    for message in sandbox.handle().messages() {
        *posted.entry(message.text).or_default() += 1;
    }
    // Its end has recorded what was on its way; asked once more, it knows of every delivery what became of it.
    let program = folder.serve().await;
    api.url.clone_from(&program.url);
    let told = api.get("/deliveries?limit=100").await;
    let deliveries = told["deliveries"].as_array().unwrap();
    assert_eq!(deliveries.len(), EVENTS);
    let mut ambiguous = 0;
    for delivery in deliveries {
        let text = delivery["text"].as_str().unwrap();
        let times = posted.get(text).copied().unwrap_or(0);
        match delivery["status"].as_str().unwrap() {
            "sent" => assert_eq!(times, 1, "{delivery}"),
            "ambiguous" => {
                ambiguous += 1;
                assert!(times <= 1, "{delivery}");
            }
            _ => panic!("neither sent nor in doubt: {delivery}"),
        }
    }
    // One channel has one message on its way at a time.
    assert!(ambiguous <= 1, "{told}");
    assert_eq!(sandbox.handle().messages().first().unwrap().channel, demo::SALES);
    program.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_on_the_same_file_is_refused_in_one_line() {
    let folder = Folder::new(&[]);
    let first = folder.serve().await;
    let line = refusal(&folder.run(&["serve"]).await);
    assert!(
        line.contains("LEADBELL_DATABASE_URL") && line.contains("another Leadbell"),
        "{line}"
    );
    // The commands for people and keys work beside it.
    key(&folder).await;
    first.kill().await;
    // A dead one leaves nothing behind that would be in the way.
    folder.serve().await.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_setting_stops_the_start_with_one_line_that_names_it() {
    for (name, value) in [
        ("LEADBELL_LISTEN", "localhost"),
        ("LEADBELL_LISTEN", "127.0.0.1"),
        ("LEADBELL_LISTEN", "192.0.2.1:80"),
        ("LEADBELL_DATABASE_URL", "mysql://localhost/leadbell"),
        ("LEADBELL_DATABASE_URL", "nonsense"),
        ("LEADBELL_DATABASE_URL", "sqlite:///proc/nowhere/leadbell.db"),
        ("LEADBELL_DATABASE_URL", "sqlite://"),
        (
            "LEADBELL_DATABASE_URL",
            "postgres://leadbell:hunter22@127.0.0.1:1/leadbell",
        ),
        ("LEADBELL_SLACK_API_URL", "slack.com/api"),
        ("LEADBELL_SECRET_KEY", "hunter22"),
        ("LEADBELL_SECRET_KEY_FILE", "/proc/nowhere/secret.key"),
        ("LEADBELL_PUBLIC_URL", "ftp://bell.example.com"),
        ("LEADBELL_LOG", "leadbell=loud"),
    ] {
        let output = Folder::new(&[(name, value)]).run(&["serve"]).await;
        let line = refusal(&output);
        assert!(line.contains(name), "{name}={value}: {line}");
        assert!(!line.contains("hunter22"), "{line}");
    }
    for (file, part) in [
        ("listen = 3000", "listen"),
        ("lisen = \"127.0.0.1:0\"", "lisen"),
        ("listen", "leadbell.toml"),
        ("public_url = \"bell\"", "LEADBELL_PUBLIC_URL"),
    ] {
        let folder = Folder::new(&[]);
        std::fs::write(folder.path().join("leadbell.toml"), file).unwrap();
        let line = refusal(&folder.run(&["serve"]).await);
        assert!(line.contains(part), "{file}: {line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_in_use_is_told_in_one_line() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = Folder::new(&[("LEADBELL_LISTEN", &address)]);
    let line = refusal(&folder.run(&["serve"]).await);
    assert!(
        line.contains("LEADBELL_LISTEN") && line.contains(&address),
        "{line}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_of_the_environment_wins_over_the_file() {
    let folder = Folder::new(&[("LEADBELL_PUBLIC_URL", "https://bell.example.com")]);
    let file = "public_url = \"nonsense\"\nlog = \"info\"\n";
    std::fs::write(folder.path().join("leadbell.toml"), file).unwrap();
    folder.serve().await.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_is_printed_alone_and_is_in_the_database_only_as_its_hash() {
    let folder = Folder::new(&[]);
    let output = folder
        .run(&["key", "create", "--name", "CRM", "--scope", "ingest,read"])
        .await;
    let text = printed(&output);
    assert_eq!(text.lines().count(), 1, "{text}");
    let key = text.trim();
    assert!(key.starts_with("lbk_") && key.len() == 47, "{key}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    for entry in std::fs::read_dir(folder.path().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(key.len()).any(|part| part == key.as_bytes()));
    }
    for (wrong, part) in [(["--name", " "], "--name"), (["--name", "x"], "--scope")] {
        let mut arguments = vec!["key", "create"];
        arguments.extend(wrong);
        if part == "--scope" {
            arguments.extend(["--scope", "everything"]);
        }
        let line = refusal(&folder.run(&arguments).await);
        assert!(line.contains(part), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_added_with_a_password_from_standard_input() {
    let folder = Folder::new(&[]);
    let create = |rest: &[&str]| {
        let mut arguments = vec!["user", "create", "--password-stdin"];
        arguments.extend(rest);
        arguments.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let run = async |rest: &[&str], password: &str| {
        let arguments = create(rest);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        folder.run_with(&arguments, password).await
    };
    let ann = ["--email", "Ann@Example.com", "--role", "Global Admin"];
    let output = run(&ann, "correct horse\n").await;
    let text = printed(&output);
    assert!(
        text.contains("ann@example.com") && text.contains("Global Admin"),
        "{text}"
    );
    for (rest, password, part) in [
        (&ann[..], "correct horse", "exists already"),
        (
            &["--email", "b@example.com", "--role", "king"][..],
            "correct horse",
            "--role",
        ),
        (
            &["--email", "nobody", "--role", "qa"][..],
            "correct horse",
            "--email",
        ),
        (
            &["--email", "c@example.com", "--role", "qa"][..],
            "short",
            "at least 8",
        ),
        (
            &["--email", "d@example.com", "--role", "publisher"][..],
            "correct horse",
            "--publisher",
        ),
    ] {
        let line = refusal(&run(rest, password).await);
        assert!(line.contains(part) && !line.contains("correct horse"), "{line}");
    }
    let publisher = [
        "--email",
        "d@example.com",
        "--role",
        "publisher",
        "--publisher",
        "1044",
    ];
    printed(&run(&publisher, "correct horse").await);
    // A password is never an argument.
    let output = folder
        .run(&["user", "create", "--email", "e@example.com", "--role", "qa"])
        .await;
    assert!(!output.status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_interface_is_described_without_a_database() {
    let folder = Folder::new(&[("LEADBELL_DATABASE_URL", "nonsense")]);
    let document: Value = serde_json::from_str(&printed(&folder.run(&["openapi"]).await)).unwrap();
    assert!(document["paths"]["/events"]["post"].is_object());
    assert!(!folder.path().join("data").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrating_makes_the_database_and_can_be_repeated() {
    let folder = Folder::new(&[]);
    for _ in 0..2 {
        printed(&folder.run(&["migrate"]).await);
    }
    assert!(folder.path().join("data/leadbell.db").is_file());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_of_the_database_is_made_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new(&[]);
    printed(&folder.run(&["migrate"]).await);
    let file = std::fs::metadata(folder.path().join("data/secret.key")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_names_every_setting() {
    let folder = Folder::new(&[]);
    let help = printed(&folder.run(&["--help"]).await);
    for (name, _, _) in config::SETTINGS {
        assert!(help.contains(name), "{name} is not in the help:\n{help}");
    }
}
