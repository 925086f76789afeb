//! One fault: what goes wrong, and the words to order it with.

use serde_json::{Map, Value};

use super::often::Often;
use super::place::{Facts, Place, Secret};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// 429, with `Retry-After` if there is a number.
    RateLimited { retry_after_s: Option<u32> },
    /// An error page as a proxy would send it.
    HttpError { status: u16 },
    /// 200 and a page of HTML.
    Html,
    /// `ok:false` with a code and whatever else Slack adds to it.
    Error {
        code: String,
        fields: Map<String, Value>,
    },
    /// `missing_scope`; what the method demands if none is named.
    MissingScope { needed: Option<String> },
    /// Anything at all.
    Reply {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// No answer.
    Hang,
    /// The connection is reset instead of an answer.
    Reset,
    /// The connection breaks in the middle of the answer.
    CutOff,
    /// The right answer, late.
    Slow { ms: u32 },
    /// Whether a repeated `client_msg_id` is recognised.
    ClientMsgId { honoured: bool },
}

/// What calls get instead of Slack's own answer: `Fault::rate_limited(3).in_channel(SALES).times(2)`. Without more
/// said it hits every call of every method until it is switched off, before the call has done its work.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Fault {
    pub(crate) what: What,
    pub(crate) after_the_work: bool,
    pub(crate) place: Place,
    pub(crate) often: Often,
    pub(crate) times: Option<u32>,
    pub(crate) seconds: Option<u32>,
}

impl From<What> for Fault {
    fn from(what: What) -> Self {
        Self {
            what,
            after_the_work: false,
            place: Place::default(),
            often: Often::Every(1),
            times: None,
            seconds: None,
        }
    }
}

/// What.
impl Fault {
    /// This status, these headers and this body.
    pub fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        let body = body.to_owned();
        What::Reply {
            status,
            headers,
            body,
        }
        .into()
    }

    /// A bare HTTP error such as 503, as a proxy would send it.
    pub fn status(status: u16) -> Self {
        What::HttpError { status }.into()
    }

    /// HTTP 200 with `ok:false` and this code.
    pub fn error(code: &str) -> Self {
        let (code, fields) = (code.to_owned(), Map::new());
        What::Error { code, fields }.into()
    }

    /// `missing_scope` for this scope, which the token then seems not to have.
    pub fn missing_scope(needed: &str) -> Self {
        let needed = Some(needed.to_owned());
        What::MissingScope { needed }.into()
    }

    /// 429 with `Retry-After: seconds`.
    pub fn rate_limited(seconds: u32) -> Self {
        let retry_after_s = Some(seconds);
        What::RateLimited { retry_after_s }.into()
    }

    /// 200 and a page of HTML where JSON should be.
    pub fn html() -> Self {
        What::Html.into()
    }

    /// No answer until it is switched off, [`crate::SandboxHandle::release_held`] is called or the caller gives up.
    pub fn hang() -> Self {
        What::Hang.into()
    }

    /// The right answer, so many milliseconds late. `after_the_work` posts at once and only answers late.
    pub fn slow(ms: u32) -> Self {
        What::Slow { ms }.into()
    }

    /// The connection is reset (RST) instead of an answer.
    pub fn reset() -> Self {
        What::Reset.into()
    }

    /// Headers of a good answer, then the connection breaks in the middle of the body.
    pub fn cut_off() -> Self {
        What::CutOff.into()
    }

    /// Whether a repeated `client_msg_id` is answered like the first and posts nothing, or posts again, whatever the
    /// sandbox was built with.
    pub fn client_msg_id(honoured: bool) -> Self {
        What::ClientMsgId { honoured }.into()
    }
}

/// When, where, how often.
impl Fault {
    /// The call does its work first (the message is posted), and only the answer goes wrong.
    pub fn after_the_work(mut self) -> Self {
        self.after_the_work = true;
        self
    }

    /// Only calls of this method.
    pub fn of_method(mut self, method: &str) -> Self {
        self.place.method = Some(method.to_owned());
        self
    }

    /// Only calls whose `channel` or `users` is this channel, direct message or member.
    pub fn in_channel(mut self, channel: &str) -> Self {
        self.place.channel = Some(channel.to_owned());
        self
    }

    /// Only calls with this token.
    pub fn of_token(mut self, token: &str) -> Self {
        self.place.token = Some(Secret(token.to_owned()));
        self
    }

    /// Over after so many hits.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Only every n-th call that fits.
    pub fn every(mut self, nth: u32) -> Self {
        self.often = Often::Every(nth.max(1));
        self
    }

    /// By chance; the same seed hits the same calls again.
    pub fn percent(mut self, percent: u32, seed: u64) -> Self {
        let millionths = percent.min(100) * 10_000;
        self.often = Often::Chance { millionths, seed };
        self
    }

    /// Over after so many seconds of the sandbox's clock.
    pub fn seconds(mut self, seconds: u32) -> Self {
        self.seconds = Some(seconds);
        self
    }

    pub(crate) fn fits(&self, call: &Facts<'_>) -> bool {
        let can_be_meant = match &self.what {
            // A call that names no channel cannot meet an archived one.
            What::Error { code, .. } if code == "is_archived" => {
                self.place.method.is_some() || !call.conversation.is_empty()
            }
            What::ClientMsgId { .. } => call.method == "chat.postMessage",
            _ => true,
        };
        can_be_meant && self.place.fits(call)
    }
}
