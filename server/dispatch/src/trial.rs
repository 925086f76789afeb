//! A message that somebody sends by hand to try a rule: past the queue, once, with Slack's answer for whoever waits.

use leadbell_domain::{Blocks, DeliveryId, Outcome, SlackToken, Target};
use tokio::time::Instant;

use crate::clock::Clock;
use crate::send::{Letter, Sender};
use crate::slack::SlackClient;

/// Calls that a trial may need one after the other: post, join or open, post again.
const CALLS: u32 = 3;

/// What sending by hand came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What Slack made of it. Nothing is tried again.
    pub outcome: Outcome,
    /// What was mended on the way: `joined_channel`, `opened_conversation`, `sent_as_text:…`.
    pub note: Option<String>,
}

/// Sends a text, and the card around it if there is one, at once. It does not wait for its turn in the channel's pace: one message more is within the burst
/// that Slack allows, and if it is not, the answer says so.
pub async fn send_trial(
    slack: &SlackClient,
    clock: &dyn Clock,
    (token, target): (&SlackToken, &Target),
    (text, blocks): (&str, Option<&Blocks>),
    id: &DeliveryId,
) -> Trial {
    let sender = Sender {
        slack,
        clock,
        letter: Letter {
            token,
            target,
            resolved_channel: None,
            text,
            blocks,
            id: id.as_str(),
            thread: None,
        },
        deadline: Instant::now() + slack.call_timeout() * CALLS,
    };
    let report = sender.send().await;
    Trial {
        outcome: report.outcome,
        note: report.note,
    }
}
