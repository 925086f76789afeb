//! Looking at a channel or a member before a rule sends there, with the scopes that sending needs anyway: a public
//! channel is joined, a direct conversation is opened. Both may be repeated freely.

use leadbell_domain::{SlackToken, Target};

use super::SlackClient;
use crate::outcome::{Verdict, judge};

/// What Slack says of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceFound {
    /// The app may write there.
    Open {
        /// What Slack calls the channel; nothing for a member.
        name: Option<String>,
    },
    /// It can't be told without sending: our or Slack's code for why.
    Untold(String),
    /// Slack refuses: its code.
    Refused(String),
    /// Slack could not be asked: the code.
    NotReached(String),
}

impl SlackClient {
    /// Joins the channel, or opens the conversation with the member.
    pub async fn look_at(&self, token: &SlackToken, target: &Target) -> PlaceFound {
        let within = self.call_timeout();
        let called = match target {
            Target::Channel(channel) => self.conversations_join(token, channel.as_str(), within).await,
            Target::Member(member) => self.conversations_open(token, member.as_str(), within).await,
        };
        match judge(&called) {
            Verdict::Yes(answer) => PlaceFound::Open {
                name: answer.said.text(&["channel", "name"]).map(str::to_owned),
            },
            // The app can't let itself in, which says nothing about whether somebody else did.
            Verdict::Permanent(code)
                if matches!(
                    code.as_str(),
                    "missing_scope" | "method_not_supported_for_channel_type"
                ) =>
            {
                PlaceFound::Untold(code)
            }
            Verdict::Permanent(code) | Verdict::Repeated(code) => PlaceFound::Refused(code),
            Verdict::RateLimited(_) => PlaceFound::NotReached("rate_limited".to_owned()),
            Verdict::Transient(code) | Verdict::Ambiguous(code) => PlaceFound::NotReached(code),
        }
    }
}

#[cfg(test)]
mod tests {
    use leadbell_sandbox::{Fault, Limits, Sandbox, demo};

    use super::*;
    use crate::slack::SlackConfig;

    #[tokio::test]
    async fn a_place_is_looked_at_by_joining_or_opening_it() {
        let sandbox = Sandbox::builder().demo_workspace().limits(Limits::off()).build();
        let sandbox = sandbox.spawn().await.unwrap();
        let slack = SlackClient::new(&SlackConfig::new(sandbox.api_url())).unwrap();
        let bot = SlackToken::parse(demo::BOT_TOKEN).unwrap();
        let look = async |id: &str| slack.look_at(&bot, &Target::parse(id).unwrap()).await;
        let name = |name: &str| PlaceFound::Open {
            name: Some(name.to_owned()),
        };
        assert_eq!(look(demo::REJECTS).await, name("rejects"));
        assert_eq!(look(demo::REJECTS).await, name("rejects"));
        assert_eq!(look(demo::ANN_KIM).await, PlaceFound::Open { name: None });
        let private = PlaceFound::Untold("method_not_supported_for_channel_type".to_owned());
        assert_eq!(look(demo::OPS_PRIVATE).await, private);
        let archived = PlaceFound::Refused("is_archived".to_owned());
        assert_eq!(look(demo::ARCHIVED).await, archived);
        let gone = PlaceFound::Refused("user_disabled".to_owned());
        assert_eq!(look(demo::DEACTIVATED).await, gone);
        sandbox
            .handle()
            .fail_next("conversations.join", 1, Fault::status(502));
        let away = PlaceFound::NotReached("http_502".to_owned());
        assert_eq!(look(demo::SALES).await, away);
    }
}
