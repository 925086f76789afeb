//! A Leadbell as it is served, with the sandbox it sends to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::serve::ListenerExt as _;
use leadbell_dispatch::{Clock, DispatchConfig, Progress, SlackApp, SystemClock};
use leadbell_sandbox::{Limits, Running, Sandbox, SandboxHandle, demo};
use leadbell_server::config::Config;
use leadbell_server::http::api_key::{self, ApiScope};
use leadbell_server::lifecycle::Server;
use leadbell_server::state::AppState;
use leadbell_store::{Keys, Pace};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::{Answer, Browser, Database, catalog, soon};

/// What a test may want otherwise than usual.
pub struct Settings {
    pub clock: Arc<dyn Clock>,
    /// Instead of the address it is served on.
    pub public_url: Option<String>,
    /// Instead of the sandbox.
    pub slack_api_url: Option<String>,
    /// With the credentials of a Slack app.
    pub slack_app: bool,
    pub pace: Pace,
}

/// As fast as the machine goes: pace has tests of its own.
const FAST: Pace = Pace {
    interval_ms: 1,
    burst: 1_000,
};

impl Default for Settings {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            public_url: None,
            slack_api_url: None,
            slack_app: false,
            pace: FAST,
        }
    }
}

/// A server on a runtime of its own, so that it can die with everything it was doing.
struct Serving {
    server: Server,
    runtime: Runtime,
    url: String,
}

pub struct TestApp {
    pub sandbox: Running,
    pub database: Database,
    /// An API key with every scope.
    pub key: String,
    pub settings: Settings,
    serving: Option<Serving>,
    http: reqwest::Client,
    /// Every answer so far, heads and bodies, for tests that look for what must not be in any.
    seen: Arc<Mutex<String>>,
}

impl TestApp {
    /// Serves an empty SQLite database that has a catalog and an API key.
    pub async fn start() -> Self {
        Self::on(Database::sqlite(), Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        Self::on(Database::sqlite(), settings).await
    }

    pub async fn on(database: Database, settings: Settings) -> Self {
        let sandbox = Sandbox::builder()
            .demo_workspace()
            .limits(Limits::off())
            .build()
            .spawn()
            .await
            .expect("the sandbox starts");
        let mut app = Self {
            sandbox,
            database,
            key: String::new(),
            settings,
            serving: None,
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(Duration::from_secs(30))
                .build()
                .expect("a client"),
            seen: Arc::default(),
        };
        app.boot().await.expect("the server starts");
        app.key = app.new_key(&ApiScope::ALL).await;
        app.put("/catalog", &catalog::json()).await.expect(200);
        app
    }

    /// Starts the server on the database, whatever state it is in.
    pub async fn boot(&mut self) -> Result<(), String> {
        assert!(self.serving.is_none(), "one at a time");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let clock = Arc::clone(&self.settings.clock);
        let public_url = self.settings.public_url.clone();
        let slack_api_url = self.settings.slack_api_url.clone();
        let mut config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            database_url: self.database.url(),
            slack_api_url: slack_api_url.unwrap_or_else(|| self.sandbox.api_url()),
            keys: Arc::new(Keys::only(Database::key())),
            slack_app: self.settings.slack_app.then(|| {
                Arc::new(SlackApp {
                    client_id: demo::CLIENT_ID.to_owned(),
                    client_secret: SecretString::from(demo::CLIENT_SECRET.to_owned()),
                })
            }),
            public_url: String::new(),
            log: "off".to_owned(),
            sandbox_listen: ([127, 0, 0, 1], 0).into(),
        };
        let pace = self.settings.pace;
        let paced = move |config: DispatchConfig| DispatchConfig { pace, ..config };
        let started = runtime.spawn(async move {
            let listener = TcpListener::bind(config.listen).await.expect("a free port");
            config.listen = listener.local_addr().expect("an address");
            let url = format!("http://{}", config.listen);
            config.public_url = public_url.unwrap_or_else(|| url.clone());
            let server = Server::start(&config, clock, paced, None)
                .await
                .map_err(|error| error.to_string())?;
            let listener = listener.tap_io(|connection| {
                let _ = connection.set_nodelay(true);
            });
            tokio::spawn(axum::serve(listener, server.router.clone()).into_future());
            Ok::<_, String>((server, url))
        });
        match soon(started).await.expect("no panic") {
            Ok((server, url)) => {
                self.serving = Some(Serving { server, runtime, url });
                Ok(())
            }
            Err(error) => {
                runtime.shutdown_background();
                Err(error)
            }
        }
    }

    /// Ends the server like a crash: everything it was doing stops where it is.
    pub async fn crash(&mut self) {
        let Serving { server, runtime, .. } = self.serving.take().expect("it serves");
        let stopped = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(10)));
        soon(stopped).await.expect("no panic");
        drop(server);
    }

    fn serving(&self) -> &Serving {
        self.serving.as_ref().expect("it serves")
    }

    pub fn url(&self) -> &str {
        &self.serving().url
    }

    pub fn state(&self) -> &AppState {
        &self.serving().server.state
    }

    pub fn slack(&self) -> &SandboxHandle {
        self.sandbox.handle()
    }

    /// An API key with just these scopes.
    pub async fn new_key(&self, scopes: &[ApiScope]) -> String {
        let state = self.state();
        api_key::create(&*state.store, "Test", scopes, state.clock.now_ms())
            .await
            .expect("a key")
            .expose_secret()
            .to_owned()
    }

    /// A request to the REST interface, without a key.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/api/v1{path}", self.url()))
    }

    /// A request to the REST interface.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).bearer_auth(&self.key)
    }

    /// Sends it and reads the answer to its end.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = Answer::read(soon(request.send()).await.expect("an answer")).await;
        self.note(&answer);
        answer
    }

    fn note(&self, answer: &Answer) {
        let mut seen = self.seen.lock().expect("not poisoned");
        seen.push_str(&format!("{:?}\n{}\n", answer.headers, answer.text));
    }

    /// Takes a text out of what was answered so far: a secret that was shown to whom it belongs.
    pub fn forget(&self, secret: &str) {
        let mut seen = self.seen.lock().expect("not poisoned");
        *seen = seen.replace(secret, "…");
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Adds a rule; gives it as answered.
    pub async fn rule(&self, rule: &Value) -> Value {
        self.post("/rules", rule).await.expect(201).json()
    }

    /// Posts an event that must be accepted as new.
    pub async fn event(&self, event: &Value) {
        let answer = self.post("/events", event).await.expect(202).json();
        assert_eq!(answer, json!({"accepted": 1, "duplicates": 0, "rejected": []}));
    }

    /// Every text in a channel, in order, once this one has come. Order holds per channel: what was to be sent before
    /// it is there as well, and what is not there was not sent.
    pub async fn texts_until(&self, channel: &str, last: &str) -> Vec<String> {
        let fits = |channel: String, last: String| {
            move |message: &leadbell_sandbox::Message| message.channel == channel && message.text == last
        };
        let (channel, last) = (channel.to_owned(), last.to_owned());
        soon(self.slack().wait_for_message(fits(channel.clone(), last))).await;
        let messages = self.slack().messages_in(&channel);
        messages.into_iter().map(|message| message.text).collect()
    }

    /// Returns once so many results of sending are on disk.
    pub async fn recorded(&self, count: u64) {
        let mut progress: watch::Receiver<Progress> = self.serving().server.progress.clone();
        soon(progress.wait_for(|progress| progress.recorded >= count))
            .await
            .expect("the dispatcher lives");
    }

    /// The deliveries of one event.
    pub async fn deliveries(&self, event_id: &str) -> Vec<Value> {
        let answer = self.get(&format!("/deliveries?event_id={event_id}")).await;
        let answer = answer.expect(200).json();
        answer["deliveries"].as_array().expect("a list").clone()
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(self.http.clone(), self.url().to_owned(), Arc::clone(&self.seen))
    }

    /// Every answer so far, heads and bodies.
    pub fn seen(&self) -> String {
        self.seen.lock().expect("not poisoned").clone()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(Serving { runtime, .. }) = self.serving.take() {
            runtime.shutdown_background();
        }
    }
}
