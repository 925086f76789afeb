//! Threads: one for each lead or call and destination. The first message stands in the channel and carries a line that
//! says where the lead or call stands; what follows are its replies.
//!
//! That line tells no more than the messages of this very thread did: which kinds of event, how many, and when.

use crate::template::{cut_to, thousands};
use crate::{Event, MAX_RENDERED_CHARS, Timestamp, Trigger, format_rfc3339};

/// So many days after its first message a thread takes no more; what follows begins another one. A lead comes back as a
/// return or an earning within weeks; a reply to a message of last season would be seen by nobody.
pub const THREAD_DAYS: i64 = 30;

/// What is known of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadState {
    /// What happened last to the lead or call, of what was told here.
    pub last: Trigger,
    /// When.
    pub last_at: Timestamp,
    /// Messages in it, the first and those that a summary told included.
    pub messages: i64,
}

impl Event {
    /// What its messages have in common with others about the same lead or call: of the call, where the event has one
    /// (a caller's second call is another thread), else of the lead; on its platform, because ids are not unique
    /// beyond it.
    #[must_use]
    pub fn thread_key(&self) -> String {
        let platform = self.trigger.platform().key();
        match self.call.as_ref().and_then(|call| call.id.as_deref()) {
            Some(call) => format!("{platform}/call/{call}"),
            None => format!("{platform}/lead/{}", self.lead.id),
        }
    }
}

impl ThreadState {
    /// The line below a thread's first message.
    #[must_use]
    pub fn line(&self) -> String {
        let count = usize::try_from(self.messages).unwrap_or_default();
        format!(
            "_{} · {} message{} · last <!date^{}^{{date_short_pretty}} {{time}}|{}>_",
            self.last.name(),
            thousands(count),
            if count == 1 { "" } else { "s" },
            self.last_at.div_euclid(1_000),
            format_rfc3339(self.last_at),
        )
    }
}

/// A message with the line of its thread below; it gives way where both together are too long.
#[must_use]
pub fn with_state(text: &str, state: &ThreadState) -> String {
    let line = state.line();
    let room = MAX_RENDERED_CHARS.saturating_sub(line.chars().count() + 1);
    let length = text.chars().count();
    format!("{}\n{line}", cut_to(text.to_owned(), length, room))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CallDetails, sample_event};

    fn state(messages: i64) -> ThreadState {
        ThreadState {
            last: Trigger::LmsLeadSold,
            last_at: 1_763_900_000_000,
            messages,
        }
    }

    #[test]
    fn a_line_says_what_was_last_how_many_there_were_and_when_in_the_readers_time() {
        assert_eq!(
            state(3).line(),
            "_Lead Sold · 3 messages · last <!date^1763900000^{date_short_pretty} {time}|2025-11-23T12:13:20.000Z>_"
        );
        assert!(state(1).line().contains(" · 1 message · "));
        assert!(state(1_200).line().contains(" · 1,200 messages · "));
    }

    #[test]
    fn a_message_too_long_for_its_line_is_cut_between_entities_and_keeps_the_line() {
        assert_eq!(
            with_state("Sold", &state(2)),
            format!("Sold\n{}", state(2).line())
        );
        for body in ["x".repeat(3_990), "&amp;".repeat(799), "é".repeat(4_000)] {
            let text = with_state(&body, &state(2));
            assert!(text.chars().count() <= MAX_RENDERED_CHARS);
            assert!(text.ends_with(&format!("\n{}", state(2).line())));
            assert!(text.contains("… (cut, "));
            let (kept, _) = text.split_once('…').unwrap();
            assert!(body.starts_with(kept) && (!body.contains(';') || kept.ends_with(';')));
        }
    }

    #[test]
    fn a_call_has_a_thread_of_its_own_and_everything_else_its_leads() {
        let mut event = sample_event(Trigger::ClLeadSold);
        event.lead.id = "90210".to_owned();
        event.call = Some(CallDetails {
            id: Some("c-1".to_owned()),
            ..CallDetails::default()
        });
        assert_eq!(event.thread_key(), "call_logic/call/c-1");
        event.call = Some(CallDetails::default());
        assert_eq!(event.thread_key(), "call_logic/lead/90210");
        event.trigger = Trigger::LmsLeadSold;
        event.call = None;
        assert_eq!(event.thread_key(), "lms/lead/90210");
    }
}
