//! Events that come in while something else is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::task::JoinHandle;

/// Time between two events.
const EVERY: Duration = Duration::from_millis(10);

/// Posts one event after the other, at a hundred a second, until it is told to stop.
pub struct Beside {
    over: Arc<AtomicBool>,
    task: JoinHandle<Vec<f64>>,
}

impl Beside {
    pub fn start(http: &reqwest::Client, url: &str, key: &SecretString) -> Beside {
        let over = Arc::new(AtomicBool::new(false));
        let (http, url) = (http.clone(), format!("{url}/api/v1/events"));
        let (key, stop) = (key.expose_secret().to_owned(), Arc::clone(&over));
        let task = tokio::spawn(async move {
            let mut turns = tokio::time::interval(EVERY);
            let mut posts = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                turns.tick().await;
                let id = format!("beside-{}", uuid::Uuid::now_v7());
                let event = json!({
                    "event_id": id, "trigger": "lms.lead_sold", "product": {"id": 999}, "lead": {"id": 7, "method": "POST"},
                    "publisher": {"id": 1044}, "money": {"currency": "USD", "price": "42.50"},
                });
                let request = http.post(&url).bearer_auth(&key).json(&event);
                posts.push(tokio::spawn(async move {
                    let start = Instant::now();
                    let answer = request.send().await.expect("an answer");
                    assert!(answer.status().is_success(), "{}", answer.status());
                    start.elapsed().as_secs_f64() * 1e3
                }));
            }
            let mut times = Vec::new();
            for post in posts {
                times.push(post.await.expect("an answer"));
            }
            times
        });
        Beside { over, task }
    }

    /// How they were answered, in words, and the 99th of a hundred in milliseconds.
    pub async fn stop(self) -> (String, f64) {
        self.over.store(true, Ordering::Relaxed);
        let mut times = self.task.await.expect("answers");
        times.sort_by(f64::total_cmp);
        let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
        let told = format!(
            "p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms ({} events)",
            at(0.5),
            at(0.99),
            at(1.0),
            times.len()
        );
        (told, at(0.99))
    }
}
