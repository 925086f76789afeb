//! As much of a browser as the tests need: cookies, and what browsers say about where a request comes from.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use reqwest::{Method, RequestBuilder, header};
use serde_json::{Value, json};

use super::{Answer, PASSWORD, soon};

pub struct Browser {
    http: reqwest::Client,
    url: String,
    cookies: Mutex<BTreeMap<String, String>>,
    seen: Arc<Mutex<String>>,
}

impl Browser {
    pub fn new(http: reqwest::Client, url: String, seen: Arc<Mutex<String>>) -> Self {
        Self {
            http,
            url,
            cookies: Mutex::default(),
            seen,
        }
    }

    /// A request with the cookies, as a program would send it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies = self.cookies.lock().expect("not poisoned");
        let cookies: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = self.http.request(method, format!("{}{path}", self.url));
        if cookies.is_empty() {
            request
        } else {
            request.header(header::COOKIE, cookies.join("; "))
        }
    }

    /// Sends it, keeps the cookies of the answer. Redirections are for the test to follow.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = Answer::read(soon(request.send()).await.expect("an answer")).await;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("text");
            let (name, value) = line
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='))
                .expect("name=value");
            let mut cookies = self.cookies.lock().expect("not poisoned");
            if value.is_empty() || line.to_ascii_lowercase().contains("max-age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let mut seen = self.seen.lock().expect("not poisoned");
        // The session's cookie is for this browser: it is no leak.
        let mut headers = answer.headers.clone();
        headers.remove(header::SET_COOKIE);
        seen.push_str(&format!("{headers:?}\n{}\n", answer.text));
        drop(seen);
        answer
    }

    /// Keeps what came in some other way among what was seen.
    pub fn note(&self, text: &str) {
        self.seen.lock().expect("not poisoned").push_str(text);
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Posts a plain form of our own page.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("sec-fetch-site", "same-origin")
            .form(fields);
        self.send(request).await
    }

    /// Calls a server function as our own page does.
    pub async fn call(&self, function: &str, arguments: &Value) -> Answer {
        let request = self
            .request(Method::POST, &format!("/fn/{function}"))
            .header("sec-fetch-site", "same-origin")
            .json(arguments);
        let answer = self.send(request).await;
        // A call of a function as it was once would be refused for that alone, and prove nothing.
        assert!(
            !answer.text.contains("could not be understood"),
            "{function} takes other arguments: {}",
            answer.text
        );
        answer
    }

    /// The session's cookie.
    pub fn session(&self) -> Option<String> {
        self.cookies
            .lock()
            .expect("not poisoned")
            .get("leadbell")
            .cloned()
    }

    /// Takes another session's cookie for its own.
    pub fn take_session(&self, value: &str) {
        let mut cookies = self.cookies.lock().expect("not poisoned");
        cookies.insert("leadbell".to_owned(), value.to_owned());
    }

    /// Logs in as a person of the tests.
    pub async fn log_in(&self, email: &str) {
        let fields = [("email", email), ("password", PASSWORD)];
        let answer = self.form("/login", &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert!(self.session().is_some(), "no session");
    }

    /// Who is logged in, as pages are told; null for nobody.
    pub async fn person(&self) -> Value {
        self.call("frame", &json!({})).await.expect(200).json()["person"].clone()
    }
}
