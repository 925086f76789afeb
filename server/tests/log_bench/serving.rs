//! What a server does with such a log: pages and files over HTTP, a rule on its events of thirty days, removing what is
//! old, a backup; and how events that come in meanwhile are answered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use leadbell_dispatch::{Clock as _, SystemClock};
use leadbell_domain::{Kept, Role, UserId};
use leadbell_server::backup;
use leadbell_server::config::Config;
use leadbell_server::http::api_key::{self, ApiScope};
use leadbell_server::http::password;
use leadbell_server::ids::Fresh as _;
use leadbell_server::keeping::{self, Removed};
use leadbell_server::lifecycle::Server;
use leadbell_store::{Keys, NewUser, SecretKey, User};
use reqwest::header;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::beside::Beside;
use crate::figures::Figures;
use crate::fill::Log;

const PASSWORD: &str = "correct horse battery";
/// Rows of an export that are waited for.
const EXPORTED: usize = 500_000;
/// How long removing is watched.
const REMOVING: Duration = Duration::from_secs(45);
/// Within so many milliseconds 99 of 100 events are answered, whatever else is done.
const ANSWERED: f64 = 200.0;
/// How long events come in alone.
const ALONE: Duration = Duration::from_secs(30);

/// A server on a log, and who asks it.
pub struct Serving {
    database: &'static str,
    server: Server,
    config: Config,
    http: reqwest::Client,
    url: String,
    cookie: String,
    key: SecretString,
}

impl Serving {
    /// Starts one on the database.
    pub async fn start(database: &'static str, database_url: &str) -> Serving {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
        let address = listener.local_addr().expect("an address");
        let url = format!("http://{address}");
        let config = Config {
            listen: address,
            database_url: database_url.to_owned(),
            // Nobody listens there: what waits in the log goes nowhere.
            slack_api_url: "http://127.0.0.1:9/api/".to_owned(),
            keys: Arc::new(Keys::only(SecretKey::from_bytes([7; 32]))),
            slack_app: None,
            public_url: url.clone(),
            log: "off".to_owned(),
            sandbox_listen: address,
        };
        let server = Server::start(&config, Arc::new(SystemClock), |dispatch| dispatch, None).await;
        let server = server.expect("a server");
        let router = server.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let store = &*server.state.store;
        let now = SystemClock.now_ms();
        let person = NewUser {
            user: User {
                id: UserId::fresh(),
                email: "ada@leadbell.example".to_owned(),
                name: "Ada".to_owned(),
                role: Role::GlobalAdmin,
                publishers: Vec::new(),
                buyers: Vec::new(),
                active: true,
                manages_until: None,
                created_at: now,
            },
            password_hash: password::hash(PASSWORD.into()).await.expect("a hash"),
        };
        store.insert_user(&person).await.expect("a person");
        let key = api_key::create(store, "bench", &ApiScope::ALL, now)
            .await
            .expect("a key");
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let login = http
            .post(format!("{url}/login"))
            .header("sec-fetch-site", "same-origin")
            .form(&[("email", "ada@leadbell.example"), ("password", PASSWORD)])
            .send()
            .await
            .expect("an answer");
        let cookie = login.headers()[header::SET_COOKIE].to_str().expect("text");
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        Serving {
            database,
            server,
            config,
            http,
            url,
            cookie,
            key,
        }
    }

    /// Everything that is measured on it, what changes the log last.
    pub async fn measure(self, log: &Log, figures: &mut Figures) {
        self.pages(log, figures).await;
        // Events are promised so many; a message has twice as much to tell.
        for (file, promised) in [("/log/export", 50_000.0), ("/log/deliveries/export", 25_000.0)] {
            for format in ["csv", "ndjson"] {
                let path = format!("{file}?format={format}");
                self.export(&path, promised, figures).await;
            }
        }
        self.beside("alone", figures, tokio::time::sleep(ALONE)).await;
        self.backtest(log, figures).await;
        if leadbell_store::sqlite_file(&self.config.database_url).is_some() {
            self.backup(figures).await;
        }
        self.removing(figures).await;
        self.server.stop().await;
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        let request = self.http.get(format!("{}{path}", self.url));
        let answer = request.header(header::COOKIE, &self.cookie).send().await;
        let answer = answer.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer
    }

    async fn pages(&self, log: &Log, figures: &mut Figures) {
        let first = self.get("/log").await.text().await.expect("a page");
        let older = first
            .split("href=\"")
            .filter_map(|rest| rest.split('"').next())
            .find(|address| address.starts_with("/log?") && address.contains("before="))
            .expect("a link to the next page")
            .replace("&amp;", "&");
        let pages = [
            ("dashboard", "/".to_owned()),
            ("log", "/log".to_owned()),
            ("log, next page", older),
            (
                "log of a lead",
                format!("/log?how=whole&q={}", log.lead(log.events / 2)),
            ),
            (
                "log, failed last month",
                "/log?status=failed&within=month".to_owned(),
            ),
            ("log of a product", "/log?product=1&within=month".to_owned()),
            ("log of deliveries", "/log/deliveries".to_owned()),
            ("one lead", format!("/log/leads/{}", log.lead(log.events / 2))),
            (
                "one event",
                format!("/log/events/{}", log.event_id(log.events / 2)),
            ),
            ("health", "/health".to_owned()),
            ("settings with sizes", "/settings".to_owned()),
        ];
        for (name, path) in pages {
            let ask = async || self.get(&path).await.bytes().await.expect("a page").len();
            figures.time(self.database, &format!("page: {name}"), ask).await;
        }
    }

    async fn export(&self, path: &str, promised: f64, figures: &mut Figures) {
        let start = Instant::now();
        let mut answer = self.get(path).await;
        let (mut lines, mut bytes) = (0, 0);
        while lines < EXPORTED
            && let Some(piece) = answer.chunk().await.expect("the file")
        {
            let piece: Bytes = piece;
            lines += piece.iter().filter(|byte| **byte == b'\n').count();
            bytes += piece.len();
        }
        let seconds = start.elapsed().as_secs_f64();
        let rate = lines as f64 / seconds;
        figures.note(
            self.database,
            &format!("export, {path}"),
            &format!("{rate:.0} rows/s ({lines} rows, {} MB)", bytes / 1_000_000),
            rate >= promised,
        );
    }

    /// Answers what `work` does while events come in, and tells how those were answered.
    async fn beside<T>(&self, what: &str, figures: &mut Figures, work: impl Future<Output = T>) -> T {
        let events = Beside::start(&self.http, &self.url, &self.key);
        let done = work.await;
        let (told, p99) = events.stop().await;
        let name = format!("an event's answer, {what}");
        figures.note(self.database, &name, &told, p99 <= ANSWERED);
        done
    }

    async fn api(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.bearer_auth(self.key.expose_secret()).send().await;
        let answer = answer.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("text");
        assert!(status.is_success(), "{status}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    async fn backtest(&self, log: &Log, figures: &mut Figures) {
        let api = format!("{}/api/v1", self.url);
        let rule = log.busy_product_rule();
        let work = async {
            let start = Instant::now();
            let begin = self.http.post(format!("{api}/rules/{rule}/backtest"));
            let begun = self.api(begin.json(&json!({"days": 30}))).await;
            let address = format!("{api}/backtests/{}", begun["id"].as_str().expect("an id"));
            let mut steps = Vec::new();
            loop {
                let told = self.api(self.http.get(&address)).await;
                if told["status"] != "running" {
                    break (start.elapsed(), told, steps);
                }
                let judged = told["judged"].as_u64().expect("a number");
                if steps.last() != Some(&judged) {
                    steps.push(judged);
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let (took, told, steps) = self.beside("beside a backtest of 30 days", figures, work).await;
        assert_eq!(told["status"], "done", "{told}");
        let result = &told["result"];
        figures.note(
            self.database,
            "a backtest of 30 days",
            &format!(
                "{:.1} s ({} judged, {} matched, told {} times how far it was)",
                took.as_secs_f64(),
                result["judged"],
                result["matched"],
                steps.len()
            ),
            took <= Duration::from_secs(60),
        );
    }

    async fn backup(&self, figures: &mut Figures) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("log.backup");
        let start = Instant::now();
        let work = backup::backup(&self.config, &file);
        self.beside("beside a backup", figures, work)
            .await
            .expect("a backup");
        let bytes = std::fs::metadata(&file).expect("a file").len();
        figures.note(
            self.database,
            "a backup",
            &format!(
                "{:.0} s ({} MB)",
                start.elapsed().as_secs_f64(),
                bytes / 1_000_000
            ),
            true,
        );
    }

    /// Thirty days are to be kept of forty.
    async fn removing(&self, figures: &mut Figures) {
        let state = &self.server.state;
        let keep: Vec<_> = Kept::ALL
            .iter()
            .map(|kind| (kind.key().to_owned(), "30".to_owned()))
            .collect();
        state
            .store
            .put_settings(&keep, SystemClock.now_ms())
            .await
            .expect("settings");
        state.settings.refresh(&*state.store).await.expect("settings");
        let mut removed = Removed::default();
        let work = tokio::time::timeout(REMOVING, keeping::round(state, "bench", &mut removed));
        let start = Instant::now();
        let ended = self.beside("beside removing", figures, work).await.is_ok();
        let seconds = start.elapsed().as_secs_f64();
        let rows: u64 = removed.rows.iter().map(|(_, rows)| rows).sum();
        let longest = removed.longest_step;
        figures.note(
            self.database,
            "removing what is old",
            &format!(
                "{:.0} rows/s, longest hold of the writer {:.1} ms{}",
                rows as f64 / seconds,
                longest.as_secs_f64() * 1e3,
                if ended { ", all" } else { "" }
            ),
            true,
        );
    }
}

/// Before the server sees the log: nothing of it is to be removed yet.
pub fn keep_everything() -> Vec<(String, String)> {
    let ever = |kind: &Kept| (kind.key().to_owned(), "ever".to_owned());
    Kept::ALL.iter().map(ever).collect()
}
