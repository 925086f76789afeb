//! Sends one letter: opens or joins what has to be opened or joined, and posts.
//!
//! Invariant: of all posts made for one claim, only the last may have succeeded. A post is repeated only after
//! Slack said in so many words that it did not happen (`not_in_channel`, `channel_not_found`, refused blocks, a thread
//! that is gone).

use std::time::Duration;

use leadbell_domain::{
    Blocks, Outcome, SlackFailure, SlackToken, Target, Timestamp, classify_slack_error, ends_thread,
    refuses_blocks,
};
use leadbell_store::{Claim, ThreadTurn};
use tokio::time::Instant;

use crate::clock::Clock;
use crate::outcome::{of_post, of_preparation};
use crate::slack::{Called, Post, Said, SlackClient};

/// The method that gave the last word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LastCall {
    /// None was made: the time was up.
    None,
    /// chat.postMessage
    Post,
    /// conversations.open or conversations.join
    Preparation,
}

/// What sending one delivery came to.
#[derive(Debug)]
pub(crate) struct Report {
    pub outcome: Outcome,
    pub last_call: LastCall,
    pub http_status: Option<u16>,
    /// What was mended on the way.
    pub note: Option<String>,
    /// The channel Slack named for a member, when it was asked.
    pub resolved_channel: Option<String>,
    /// When the last post began, UTC milliseconds.
    pub posted_at: Option<Timestamp>,
    /// The message it is a reply to, once it is one.
    pub thread_ts: Option<String>,
}

impl Report {
    fn new(last_call: LastCall, outcome: Outcome) -> Self {
        Self {
            outcome,
            last_call,
            http_status: None,
            note: None,
            resolved_channel: None,
            posted_at: None,
            thread_ts: None,
        }
    }

    /// Slack's code when it says that the token itself is of no use any more. A scope missing for opening or
    /// joining is not that: the same token may post elsewhere.
    pub fn connection_fault(&self) -> Option<&str> {
        let Outcome::Permanent { code } = &self.outcome else {
            return None;
        };
        let whole = self.last_call == LastCall::Post || code != "missing_scope";
        (whole && classify_slack_error(code) == SlackFailure::Connection).then_some(code)
    }

    fn is_refused_with(&self, wanted: &str) -> bool {
        matches!(&self.outcome, Outcome::Permanent { code } if code == wanted)
    }

    /// The same with one thing more that was mended on the way, before what it tells already.
    fn noting(self, mended: String) -> Self {
        let note = match self.note {
            Some(more) => format!("{mended};{more}"),
            None => mended,
        };
        Self {
            note: Some(note),
            ..self
        }
    }
}

/// What is sent, and with what.
#[derive(Clone, Copy)]
pub(crate) struct Letter<'a> {
    pub token: &'a SlackToken,
    pub target: &'a Target,
    /// The channel Slack named for a member, once known.
    pub resolved_channel: Option<&'a str>,
    pub text: &'a str,
    /// The card around it.
    pub blocks: Option<&'a Blocks>,
    /// `client_msg_id`.
    pub id: &'a str,
    /// Its turn in a thread, if it belongs to one.
    pub thread: Option<&'a ThreadTurn>,
}

impl<'a> Letter<'a> {
    /// The letter of a claimed delivery.
    pub fn of(claim: &'a Claim) -> Self {
        Self {
            token: &claim.token,
            target: &claim.target,
            resolved_channel: claim.resolved_channel.as_deref(),
            text: &claim.text,
            blocks: claim.blocks.as_ref(),
            id: claim.delivery.as_str(),
            thread: claim.thread.as_ref(),
        }
    }
}

/// One letter on its way.
pub(crate) struct Sender<'a> {
    pub slack: &'a SlackClient,
    pub clock: &'a dyn Clock,
    pub letter: Letter<'a>,
    /// When all calls have to be over.
    pub deadline: Instant,
}

impl Sender<'_> {
    /// Sends it. Takes no longer than until the deadline.
    pub async fn send(&self) -> Report {
        match self.letter.target {
            Target::Channel(channel) => self.to_channel(channel.as_str()).await,
            Target::Member(member) => self.to_member(member.as_str()).await,
        }
    }

    async fn to_channel(&self, channel: &str) -> Report {
        let first = self.post(channel).await;
        if !first.is_refused_with("not_in_channel") {
            return first;
        }
        let Some(within) = self.time_left() else {
            return out_of_time();
        };
        let joined = self
            .slack
            .conversations_join(self.letter.token, channel, within)
            .await;
        match of_preparation(&joined) {
            None => self.post(channel).await.noting("joined_channel".to_owned()),
            // The app can't let itself in: what the reader can mend is still "not in the channel".
            Some(Outcome::Permanent { code })
                if matches!(
                    code.as_str(),
                    "missing_scope" | "method_not_supported_for_channel_type"
                ) =>
            {
                Report {
                    note: Some(format!("join_failed:{code}")),
                    ..first
                }
            }
            Some(outcome) => Report {
                posted_at: first.posted_at,
                ..prepared(&joined, outcome)
            },
        }
    }

    async fn to_member(&self, member: &str) -> Report {
        if let Some(known) = self.letter.resolved_channel {
            let report = self.post(known).await;
            // The conversation is another one by now, for instance after the app was installed anew.
            if !report.is_refused_with("channel_not_found") {
                return report;
            }
        }
        let Some(within) = self.time_left() else {
            return out_of_time();
        };
        let opened = self
            .slack
            .conversations_open(self.letter.token, member, within)
            .await;
        if let Some(outcome) = of_preparation(&opened) {
            return prepared(&opened, outcome);
        }
        let conversation = opened
            .as_ref()
            .ok()
            .and_then(|answer| answer.said.text(&["channel", "id"]));
        let Some(conversation) = conversation.map(str::to_owned) else {
            return prepared(
                &opened,
                Outcome::Transient {
                    code: "unreadable_answer".to_owned(),
                },
            );
        };
        Report {
            resolved_channel: Some(conversation.clone()),
            ..self.post(&conversation).await
        }
        .noting("opened_conversation".to_owned())
    }

    /// Posts the message: into its thread, or into the channel where that takes it no more.
    async fn post(&self, channel: &str) -> Report {
        let (place, ts) = match self.letter.thread {
            Some(ThreadTurn::Replies { channel, ts }) => (channel, ts),
            Some(ThreadTurn::Opens { note }) => {
                let report = self.post_to(channel, None).await;
                return match note {
                    Some(note) if matches!(report.outcome, Outcome::Sent { .. }) => {
                        report.noting(note.clone())
                    }
                    _ => report,
                };
            }
            None => return self.post_to(channel, None).await,
        };
        // The conversation with a member is another one by now: the thread is in the old one.
        if matches!(self.letter.target, Target::Member(_)) && place != channel {
            return self
                .post_to(channel, None)
                .await
                .noting(thread_gone("channel_not_found"));
        }
        let report = self.post_to(channel, Some(ts)).await;
        match &report.outcome {
            Outcome::Permanent { code } if ends_thread(code) => {
                let mended = thread_gone(code);
                self.post_to(channel, None).await.noting(mended)
            }
            // Slack says nothing when it puts a reply to a deleted message into the channel.
            Outcome::Sent { .. } if report.thread_ts.is_none() => {
                report.noting(thread_gone("message_not_found"))
            }
            _ => report,
        }
    }

    /// Posts the message there; when Slack refuses its card, the text alone.
    async fn post_to(&self, channel: &str, thread_ts: Option<&str>) -> Report {
        let report = self.post_with(channel, thread_ts, self.letter.blocks).await;
        match &report.outcome {
            Outcome::Permanent { code } if self.letter.blocks.is_some() && refuses_blocks(code) => {
                let mended = format!("sent_as_text:{code}");
                self.post_with(channel, thread_ts, None).await.noting(mended)
            }
            _ => report,
        }
    }

    async fn post_with(&self, channel: &str, thread_ts: Option<&str>, blocks: Option<&Blocks>) -> Report {
        // A post cut short by the deadline would be ambiguous for no good reason: it gets half a call's time, or
        // is left for the next claim.
        let Some(within) = self
            .time_left()
            .filter(|left| *left >= self.slack.call_timeout() / 2)
        else {
            return out_of_time();
        };
        let posted_at = self.clock.now_ms();
        let Letter { token, text, id, .. } = self.letter;
        let post = Post {
            channel,
            text,
            blocks,
            client_msg_id: id,
            thread_ts,
        };
        let called = self.slack.chat_post_message(token, &post, within).await;
        Report {
            http_status: status(&called),
            thread_ts: thread_ts.filter(|_| stands_in_thread(&called)).map(str::to_owned),
            posted_at: Some(posted_at),
            note: quota(&called),
            ..Report::new(LastCall::Post, of_post(&called))
        }
    }

    fn time_left(&self) -> Option<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}

/// Nothing was posted, and nothing is wrong: the next claim starts afresh.
fn out_of_time() -> Report {
    Report::new(
        LastCall::None,
        Outcome::Transient {
            code: "out_of_time".to_owned(),
        },
    )
}

fn prepared(called: &Called, outcome: Outcome) -> Report {
    Report {
        http_status: status(called),
        ..Report::new(LastCall::Preparation, outcome)
    }
}

/// The note of a message that stands in the channel because its thread took it no more.
fn thread_gone(code: &str) -> String {
    format!("thread_gone:{code}")
}

/// Whether a message is where it was to reply: what Slack answers of it has the thread then. A stand-in that says
/// nothing of the message is believed.
fn stands_in_thread(called: &Called) -> bool {
    match called.as_ref().map(|answer| &answer.said) {
        Ok(Said::Yes(fields)) => fields
            .get("message")
            .is_none_or(|message| message.get("thread_ts").is_some()),
        _ => false,
    }
}

/// The code of a quota that is used up: the outcome itself says no more than "wait".
fn quota(called: &Called) -> Option<String> {
    match called.as_ref().map(|answer| &answer.said) {
        Ok(Said::No(code)) if classify_slack_error(code) == SlackFailure::Quota => Some(code.clone()),
        _ => None,
    }
}

fn status(called: &Called) -> Option<u16> {
    called.as_ref().ok().map(|answer| answer.status)
}

#[cfg(test)]
mod tests;
