//! Answers that tests order in advance: errors, hangs, cut connections.

use serde_json::json;

/// What a call gets instead of Slack's own answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub(crate) answer: Answer,
    pub(crate) after_the_work: bool,
}

/// How an ordered answer looks on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Reply {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    Hang,
    CutOff,
}

impl Fault {
    /// This status, these headers and this body.
    pub fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        Self {
            answer: Answer::Reply {
                status,
                headers,
                body: body.to_owned(),
            },
            after_the_work: false,
        }
    }

    /// A bare HTTP error such as 503, as a proxy would send it.
    pub fn status(status: u16) -> Self {
        Self::reply(
            status,
            &[("content-type", "text/html")],
            "<html><body>upstream error</body></html>",
        )
    }

    /// HTTP 200 with `ok:false` and this code.
    pub fn error(code: &str) -> Self {
        let body = json!({"ok": false, "error": code}).to_string();
        Self::reply(200, &[("content-type", "application/json; charset=utf-8")], &body)
    }

    /// 429 with `Retry-After: seconds`.
    pub fn rate_limited(seconds: u32) -> Self {
        let body = json!({"ok": false, "error": "rate_limited", "retry_after": seconds}).to_string();
        let after = seconds.to_string();
        Self::reply(
            429,
            &[
                ("content-type", "application/json; charset=utf-8"),
                ("retry-after", &after),
            ],
            &body,
        )
    }

    /// No answer until [`crate::SandboxHandle::release_held`] is called or the caller gives up.
    pub fn hang() -> Self {
        Self {
            answer: Answer::Hang,
            after_the_work: false,
        }
    }

    /// Headers of a good answer, then the connection breaks in the middle of the body.
    pub fn cut_off() -> Self {
        Self {
            answer: Answer::CutOff,
            after_the_work: false,
        }
    }

    /// The call does its work first (the message is posted), and only the answer goes wrong.
    pub fn after_the_work(mut self) -> Self {
        self.after_the_work = true;
        self
    }
}

#[derive(Debug)]
struct Order {
    method: String,
    channel: Option<String>,
    left: u32,
    fault: Fault,
}

/// Orders not used up yet, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Order>);

impl Faults {
    pub fn order(&mut self, method: &str, channel: Option<&str>, times: u32, fault: Fault) {
        let channel = channel.map(str::to_owned);
        self.0.push(Order {
            method: method.to_owned(),
            channel,
            left: times,
            fault,
        });
    }

    /// Uses up one order that fits the call.
    pub fn take(&mut self, method: &str, channel: Option<&str>) -> Option<Fault> {
        let fits = |o: &Order| {
            o.left > 0 && o.method == method && o.channel.as_deref().is_none_or(|c| Some(c) == channel)
        };
        let at = self.0.iter().position(fits)?;
        self.0[at].left -= 1;
        let fault = self.0[at].fault.clone();
        self.0.retain(|o| o.left > 0);
        Some(fault)
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_used_up_after_n_calls_of_its_method_and_channel() {
        let mut f = Faults::default();
        f.order("chat.postMessage", Some("C1"), 2, Fault::status(503));
        assert_eq!(f.take("auth.test", None), None);
        assert_eq!(f.take("chat.postMessage", Some("C2")), None);
        assert_eq!(f.take("chat.postMessage", Some("C1")), Some(Fault::status(503)));
        assert_eq!(f.take("chat.postMessage", Some("C1")), Some(Fault::status(503)));
        assert_eq!(f.take("chat.postMessage", Some("C1")), None);
    }

    #[test]
    fn orders_are_served_in_turn() {
        let mut f = Faults::default();
        f.order("m", None, 1, Fault::rate_limited(2));
        f.order("m", None, 1, Fault::hang());
        assert_eq!(f.take("m", None), Some(Fault::rate_limited(2)));
        assert_eq!(f.take("m", None), Some(Fault::hang()));
    }
}
