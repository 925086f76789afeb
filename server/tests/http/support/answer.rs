//! An answer read to its end, with the questions tests ask of it.

use std::collections::BTreeMap;

use reqwest::header::HeaderMap;
use serde_json::Value;

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn read(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.expect("a whole body of text"),
        }
    }

    /// The same answer, if its status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    }

    /// The body of a refusal by this status, which must have the form that the contract promises.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        let kind = self.header("content-type");
        assert_eq!(
            (self.status, kind),
            (status, "application/problem+json"),
            "{}",
            self.text
        );
        let problem = self.json();
        assert_eq!(problem["status"], status, "{problem}");
        for field in ["title", "detail"] {
            assert!(
                problem[field].as_str().is_some_and(|text| !text.is_empty()),
                "{problem}"
            );
        }
        problem
    }

    /// The complaints of a 422, by field.
    #[track_caller]
    pub fn complaints(&self) -> BTreeMap<String, String> {
        complaints(&self.problem(422)["errors"])
    }

    /// The fields complained about, in a row.
    #[track_caller]
    pub fn fields(&self) -> Vec<String> {
        self.complaints().into_keys().collect()
    }
}

/// Complaints as they stand in an answer, by field.
pub fn complaints(errors: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    errors
        .as_array()
        .unwrap_or_else(|| panic!("no list of errors: {errors}"))
        .iter()
        .map(|error| (text(&error["field"]), text(&error["message"])))
        .collect()
}
