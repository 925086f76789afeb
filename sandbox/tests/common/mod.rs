//! What the tests share: a running demo sandbox and a client that speaks JSON and forms.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::time::Duration;

use leadbell_sandbox::{Builder, Fault, Limits, ManualClock, Running, Sandbox, demo};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn error(&self) -> &str {
        assert_eq!(self.body["ok"], json!(false), "{}", self.body);
        self.body["error"].as_str().expect("an error code")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|v| v.to_str().expect("ASCII"))
    }

    pub fn ok(self) -> Value {
        assert_eq!(self.body["ok"], json!(true), "{}", self.body);
        self.body
    }
}

pub struct Bench {
    pub sandbox: Running,
    pub clock: ManualClock,
    pub http: reqwest::Client,
}

pub async fn bench() -> Bench {
    bench_with(|b| b.limits(Limits::off())).await
}

pub async fn bench_with(set: impl FnOnce(Builder) -> Builder) -> Bench {
    let clock = ManualClock::at(1_763_900_000_000);
    let builder = set(Sandbox::builder().demo_workspace().clock(clock.as_clock()));
    let sandbox = builder.build().spawn().await.expect("a free port");
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .build()
        .expect("a client");
    Bench { sandbox, clock, http }
}

impl Bench {
    pub async fn json(&self, token: &str, method: &str, body: Value) -> Answer {
        let request = self
            .http
            .post(format!("{}/{method}", self.sandbox.api_url()))
            .bearer_auth(token);
        let request = request
            .header("content-type", "application/json; charset=utf-8")
            .body(body.to_string());
        answer(request).await
    }

    pub async fn form(&self, method: &str, body: &str) -> Answer {
        let request = self.http.post(format!("{}/{method}", self.sandbox.api_url()));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.to_owned());
        answer(request).await
    }

    pub async fn post(&self, token: &str, channel: &str, text: &str) -> Answer {
        self.json(
            token,
            "chat.postMessage",
            json!({"channel": channel, "text": text}),
        )
        .await
    }

    /// Posts as the full bot.
    pub async fn say(&self, channel: &str, text: &str) -> Answer {
        self.post(demo::BOT_TOKEN, channel, text).await
    }

    pub async fn get(&self, path: &str) -> (u16, String) {
        let response = self
            .http
            .get(format!("{}{path}", self.sandbox.url()))
            .send()
            .await
            .expect("an answer");
        (response.status().as_u16(), response.text().await.expect("a body"))
    }

    pub async fn get_json(&self, path: &str) -> Value {
        serde_json::from_str(&self.get(path).await.1).expect("JSON")
    }

    /// Orders a fault.
    pub async fn order(&self, fault: Value) -> Answer {
        let at = format!("{}/sandbox/api/faults", self.sandbox.url());
        answer(self.http.post(at).json(&fault)).await
    }

    /// Switches a fault on and gives its id.
    pub async fn on(&self, fault: Value) -> u64 {
        let answer = self.order(fault).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["id"].as_u64().expect("an id")
    }

    pub async fn off(&self, id: u64) -> u16 {
        let at = format!("{}/sandbox/api/faults/{id}", self.sandbox.url());
        answer(self.http.delete(at)).await.status
    }

    pub async fn faults(&self) -> Vec<Value> {
        let all = self.get_json("/sandbox/api/faults").await;
        all["faults"].as_array().expect("a list").clone()
    }

    pub fn fail(&self, method: &str, fault: Fault) {
        self.sandbox.handle().fail_next(method, 1, fault);
    }
}

pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.expect("a body");
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer {
        status,
        headers,
        body,
    }
}

/// Reads server-sent events from the page's stream.
pub struct Events(reqwest::Response, String);

impl Events {
    pub async fn open(b: &Bench) -> Self {
        let url = format!("{}/sandbox/events", b.sandbox.url());
        Self(b.http.get(url).send().await.expect("a stream"), String::new())
    }

    pub async fn next(&mut self) -> (String, Value) {
        loop {
            if let Some((event, rest)) = self.1.split_once("\n\n") {
                let field = |name: &str| {
                    event
                        .lines()
                        .find_map(|l| l.strip_prefix(name))
                        .unwrap_or_default()
                        .trim()
                };
                let parsed = (
                    field("event:").to_owned(),
                    serde_json::from_str(field("data:")).expect("JSON"),
                );
                self.1 = rest.to_owned();
                return parsed;
            }
            let chunk = self.0.chunk().await.expect("a chunk").expect("more");
            self.1.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }
}
