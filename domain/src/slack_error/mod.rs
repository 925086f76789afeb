//! Slack's `error` codes: how each is dealt with, what it means, and what people can do about it.
//!
//! Sorted after Slack's method reference of chat.postMessage, conversations.open, conversations.join and auth.test
//! (August 2026). Slack warns that others may come: an unknown code counts as a fault of the message, which is final,
//! so that a new code can never loop.

mod table;

pub use table::{OUR_CODES, SLACK_ERRORS};

use serde::Serialize;

/// How a failure is dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SlackFailure {
    /// Certainly not posted; try again later.
    Transient,
    /// The workspace takes no messages at all for a while; wait long, and lose nothing.
    Quota,
    /// Slack may have done part of it.
    Ambiguous,
    /// A message with this id was posted before and can't be found any more: delivered, and nothing to repeat.
    Repeated,
    /// The token or the app's installation is broken: every rule of this connection.
    Connection,
    /// This channel or member is broken.
    Destination,
    /// This message is.
    Payload,
}

/// What people can do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Advice {
    /// Nothing: it is tried again.
    Wait,
    /// A look into the channel tells whether it has arrived.
    Look,
    /// The token has to be replaced.
    Token,
    /// The app has to be added anew, or the token be replaced.
    Renew,
    /// A scope has to be added to the app.
    Scope,
    /// Somebody who runs the workspace has to allow the app.
    Workspace,
    /// The app has to be invited, or the id is wrong.
    Invite,
    /// Another channel has to be chosen, or this one be opened again.
    Channel,
    /// The channel lets not everybody post.
    Posting,
    /// The app's Messages tab has to be switched on.
    MessagesTab,
    /// Another member has to be chosen.
    Member,
    /// The message has to be shortened.
    Shorten,
    /// The message text has to be changed.
    Message,
    /// The workspace's plan has a limit.
    Plan,
    /// Leadbell sent something that Slack does not take: a fault of ours.
    Report,
    /// What stands between Leadbell and Slack is at fault.
    Network,
    /// Nothing needs to be done.
    Nothing,
}

impl Advice {
    /// The advice in plain words: one sentence.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Advice::Wait => "Nothing to do: Leadbell tries again by itself.",
            Advice::Look => {
                "Look into the channel to see whether the message is there before sending it again."
            }
            Advice::Token => "Paste a new token on the connection; its waiting messages then go out.",
            Advice::Renew => {
                "Add the app again with “Add to Slack”, or paste a new token on the connection; its waiting messages then go out."
            }
            Advice::Scope => {
                "At api.slack.com/apps, open the app, add the missing scope under OAuth & Permissions, and reinstall it."
            }
            Advice::Workspace => "Ask an admin of the Slack workspace to allow the app.",
            Advice::Invite => {
                "Check the ID; if the channel is private, type /invite with the app's name in it."
            }
            Advice::Channel => "Choose another channel in the rule, or have this one restored in Slack.",
            Advice::Posting => {
                "Ask who runs the channel to let the app post there, or choose another channel."
            }
            Advice::MessagesTab => {
                "At api.slack.com/apps, open the app and switch on the Messages Tab under App Home."
            }
            Advice::Member => "Choose another member in the rule.",
            Advice::Shorten => "Shorten the message text of the rule.",
            Advice::Message => "Change the message text of the rule.",
            Advice::Plan => {
                "The workspace's plan limits messages: upgrade it, or wait until Slack takes messages again."
            }
            Advice::Report => {
                "Report this code to whoever runs Leadbell: the message was not in a form Slack takes."
            }
            Advice::Network => {
                "Ask whoever runs Leadbell to check the way to Slack: address, proxy, firewall."
            }
            Advice::Nothing => "Nothing to do.",
        }
    }
}

/// What is known of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What happened, as a sentence.
    pub means: &'static str,
    /// What can be done, as a sentence.
    pub advice: &'static str,
}

/// Sorts a Slack `error` code.
#[must_use]
pub fn classify_slack_error(code: &str) -> SlackFailure {
    find(SLACK_ERRORS, code).map_or_else(|| of_family(code).0, |known| known.failure)
}

/// Whether a code says that a channel or member takes no message of the app at all, whatever the message: then
/// everything for it waits. What is wrong with a thread, or with another message, concerns this message only.
#[must_use]
pub fn refuses_place(code: &str) -> bool {
    let of_message = [
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
        "cannot_reply_to_message",
        "thread_not_found",
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
    ];
    let blocked = code.starts_with("slack_connect_");
    classify_slack_error(code) == SlackFailure::Destination && !of_message.contains(&code) && !blocked
}

/// Whether a code says that Slack does not take the blocks of a message: its text alone may still go out.
#[must_use]
pub fn refuses_blocks(code: &str) -> bool {
    matches!(
        code,
        "invalid_blocks" | "invalid_blocks_format" | "msg_blocks_too_long"
    )
}

/// Whether a code says that a thread takes no reply, while its channel may well take the message.
#[must_use]
pub fn ends_thread(code: &str) -> bool {
    [
        "thread_not_found",
        "message_not_found",
        "cannot_reply_to_message",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
    ]
    .contains(&code)
}

/// Explains a code of Slack's or of Leadbell's own, as it stands in attempts.
#[must_use]
pub fn explain(code: &str) -> Explanation {
    let known = find(SLACK_ERRORS, code).or_else(|| find(OUR_CODES, code));
    let (means, advice) = known.map_or_else(
        || {
            let (_, means, advice) = of_family(code);
            (means, advice)
        },
        |known| (known.means, known.advice),
    );
    Explanation {
        means,
        advice: advice.text(),
    }
}

/// A code with what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct SlackError {
    /// As Slack writes it.
    pub code: &'static str,
    /// How it is dealt with.
    pub failure: SlackFailure,
    /// What happened, as a sentence.
    pub means: &'static str,
    /// What can be done.
    pub advice: Advice,
}

fn find(table: &'static [SlackError], code: &str) -> Option<&'static SlackError> {
    table.iter().find(|known| known.code == code)
}

/// Codes that come with an end of their own, and those nobody knows.
fn of_family(code: &str) -> (SlackFailure, &'static str, Advice) {
    if code.starts_with("slack_connect_") {
        return (
            SlackFailure::Destination,
            "The channel is shared with another company, whose rules forbid this message.",
            Advice::Posting,
        );
    }
    if code.starts_with("http_5") {
        return (
            SlackFailure::Ambiguous,
            "Slack failed while it had the message; perhaps it was posted.",
            Advice::Look,
        );
    }
    if code.starts_with("http_") {
        return (
            SlackFailure::Transient,
            "Something between Leadbell and Slack answered in Slack's place.",
            Advice::Network,
        );
    }
    (
        SlackFailure::Payload,
        "Slack refused the message for a reason Leadbell does not know.",
        Advice::Report,
    )
}

#[cfg(test)]
mod tests;
