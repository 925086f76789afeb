//! What a rule's options make of a message whose turn has come. Pure: the moment and what was counted come in.

use super::{AfterQuiet, Bursts, QuietHours, SendingOptions};
use crate::{TimeZone, Timestamp};

const MINUTE: i64 = 60_000;

/// Messages sent since a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// When it began, UTC milliseconds.
    pub from: Timestamp,
    /// How many went out in it.
    pub sent: u32,
}

/// What is counted of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RulePace {
    /// This minute of the clock.
    pub minute: Window,
    /// This hour.
    pub hour: Window,
    /// This day.
    pub day: Window,
    /// Since the first message of a burst.
    pub first: Window,
}

/// Why a message did not go out as itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// Its words are part of a summary.
    InSummary,
    /// The same was sent before.
    Repeat,
    /// The rule had sent as many as it may.
    OverCap,
    /// It came in quiet hours.
    Quiet,
    /// It waits for the end of quiet hours.
    HeldForQuiet,
    /// It waits for the summary that follows the first few.
    HeldForSummary,
}

impl NotSent {
    /// Every reason.
    pub const ALL: [NotSent; 6] = [
        NotSent::InSummary,
        NotSent::Repeat,
        NotSent::OverCap,
        NotSent::Quiet,
        NotSent::HeldForQuiet,
        NotSent::HeldForSummary,
    ];

    /// The name in data: the `code` of a suppressed delivery.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            NotSent::InSummary => "in_summary",
            NotSent::Repeat => "repeat",
            NotSent::OverCap => "over_cap",
            NotSent::Quiet => "quiet_hours",
            NotSent::HeldForQuiet => "held_for_quiet_hours",
            NotSent::HeldForSummary => "held_for_summary",
        }
    }

    /// The reason of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<NotSent> {
        NotSent::ALL.into_iter().find(|reason| reason.key() == key)
    }
}

/// What happens to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It goes out, alone or, if `collapses`, with those that wait behind it; this is counted then.
    Send {
        /// What the rule has sent with it.
        pace: RulePace,
        /// Whether it may be merged with others when the channel is busy.
        collapses: bool,
    },
    /// It does not go out.
    Drop(NotSent),
    /// It waits, with all of its rule, and goes out in a summary.
    Hold {
        /// Until when, UTC milliseconds.
        until: Timestamp,
        /// What for.
        why: NotSent,
    },
}

/// Decides about a message of a rule. `repeated`: an earlier one with the same value went out within the rule's time.
#[must_use]
pub fn turn(options: &SendingOptions, pace: RulePace, repeated: bool, now: Timestamp) -> Turn {
    let next = pace.counted(options, now);
    if options.priority {
        return Turn::Send {
            pace: next,
            collapses: false,
        };
    }
    if repeated {
        return Turn::Drop(NotSent::Repeat);
    }
    if let Some(quiet) = &options.quiet_hours
        && let Some(until) = quiet.end(now)
    {
        return match quiet.then {
            AfterQuiet::Drop => Turn::Drop(NotSent::Quiet),
            AfterQuiet::Digest => Turn::Hold {
                until,
                why: NotSent::HeldForQuiet,
            },
        };
    }
    let over = |window: Window, most: Option<u32>| most.is_some_and(|most| window.sent > most);
    let caps = options.caps.unwrap_or_default();
    if over(next.minute, caps.minute) || over(next.hour, caps.hour) || over(next.day, caps.day) {
        return Turn::Drop(NotSent::OverCap);
    }
    if let (Bursts::First, Some(first)) = (options.bursts, options.first)
        && next.first.sent > first.messages
    {
        return Turn::Hold {
            until: next.first.from + i64::from(first.minutes) * MINUTE,
            why: NotSent::HeldForSummary,
        };
    }
    Turn::Send {
        pace: next,
        collapses: options.bursts == Bursts::Collapse,
    }
}

impl RulePace {
    /// The same with one more message now.
    #[must_use]
    pub fn counted(self, options: &SendingOptions, now: Timestamp) -> RulePace {
        let zone = options
            .quiet_hours
            .as_ref()
            .map_or(TimeZone::UTC, |quiet| quiet.zone);
        let first = i64::from(options.first.map_or(1, |first| first.minutes)) * MINUTE;
        let running = self.first.sent > 0 && (self.first.from..self.first.from + first).contains(&now);
        RulePace {
            minute: self.minute.counted(now - now.rem_euclid(MINUTE)),
            hour: self.hour.counted(now - now.rem_euclid(60 * MINUTE)),
            day: self.day.counted(zone.midnight_before(now)),
            first: self.first.counted(if running { self.first.from } else { now }),
        }
    }
}

impl Window {
    fn counted(self, from: Timestamp) -> Window {
        let before = if self.from == from { self.sent } else { 0 };
        Window {
            from,
            sent: before.saturating_add(1),
        }
    }
}

impl QuietHours {
    /// When they end, UTC milliseconds, if this moment is in them.
    #[must_use]
    pub fn end(&self, now: Timestamp) -> Option<Timestamp> {
        let (from, to) = (self.from.minute(), self.to.minute());
        let minute = self.zone.minute_of_day(now);
        let within = if from < to {
            (from..to).contains(&minute)
        } else {
            minute >= from || minute < to
        };
        within.then(|| self.zone.next(self.to.minute(), now))
    }
}
