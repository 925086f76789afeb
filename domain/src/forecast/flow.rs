//! A rule's messages on their way through a channel that takes one a second.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::{MINUTE, Minute};
use crate::{RulePace, SendingOptions, Timestamp, Turn, turn};

/// Slack takes about one message a second and channel.
const SECOND: i64 = 1_000;
/// From so many waiting messages on, those of a rule that collapses become one; the sender does the same.
const COLLAPSE_FROM: u64 = 8;

/// What came out of the channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Messages posted, summaries included.
    pub posted: u64,
    /// How many of those are summaries.
    pub summaries: u64,
    /// Events told in summaries instead of in messages of their own.
    pub merged: u64,
    /// Messages not sent: over a cap, in quiet hours, repetitions.
    pub dropped: u64,
    /// How long the message waited that waited longest, milliseconds.
    pub lag_ms: i64,
    /// When that one arrived.
    pub lag_at: Option<Timestamp>,
}

/// Lets what matched in each minute go out by a rule's options, into a channel that is its alone.
///
/// Within a minute the messages are spread evenly: which second they came in is not kept.
#[must_use]
pub fn flow(minutes: &BTreeMap<Timestamp, Minute>, options: &SendingOptions) -> Flow {
    let mut channel = Channel {
        options,
        flow: Flow::default(),
        pace: RulePace::default(),
        waiting: VecDeque::new(),
        count: 0,
        held: None,
    };
    let mut now = Timestamp::MIN;
    for (minute, arrived) in minutes {
        channel.run(now, *minute);
        let repeats = if options.priority { 0 } else { arrived.repeats };
        channel.flow.dropped += repeats;
        let fresh = arrived.count.saturating_sub(repeats);
        let (mut second, end) = (*minute, *minute + MINUTE);
        for nth in 0..60 {
            let due = fresh * (nth + 1) / 60 - fresh * nth / 60;
            channel.arrive(second, due);
            channel.take(second);
            second += SECOND;
        }
        now = end;
    }
    channel.run(now, Timestamp::MAX);
    channel.flow
}

struct Channel<'a> {
    options: &'a SendingOptions,
    flow: Flow,
    pace: RulePace,
    /// When they came, and how many at once.
    waiting: VecDeque<(Timestamp, u64)>,
    count: u64,
    /// Until when messages are kept for a summary, and how many.
    held: Option<(Timestamp, u64)>,
}

impl Channel<'_> {
    fn arrive(&mut self, at: Timestamp, count: u64) {
        if count > 0 {
            self.waiting.push_back((at, count));
            self.count += count;
        }
    }

    /// Goes on from `from` until nothing is left to do or `until` is reached.
    fn run(&mut self, from: Timestamp, until: Timestamp) {
        let mut now = from;
        while now < until {
            if self.count == 0 {
                match self.held {
                    // Nothing moves until the summary is due.
                    Some((due, _)) if due < until => now = now.max(due),
                    _ => return,
                }
            }
            self.take(now);
            now = now.saturating_add(SECOND);
        }
    }

    /// What the channel does in one second: it posts one message, after passing by whatever is not to be posted.
    fn take(&mut self, now: Timestamp) {
        if let Some((due, count)) = self.held
            && due <= now
        {
            self.held = None;
            self.flow.posted += 1;
            self.flow.summaries += 1;
            self.flow.merged += count;
            return;
        }
        while let Some((arrived, _)) = self.waiting.front().copied() {
            match turn(self.options, self.pace, false, now) {
                Turn::Send { pace, collapses } => {
                    self.pace = pace;
                    self.posted(arrived, now);
                    if collapses && self.count >= COLLAPSE_FROM {
                        self.flow.summaries += 1;
                        self.flow.merged += self.count;
                        self.waiting.clear();
                        self.count = 0;
                    } else {
                        self.leave(1);
                    }
                    return;
                }
                // What is said of one is said of all that wait: nothing in between changes what was counted.
                Turn::Drop(_) => {
                    self.flow.dropped += self.count;
                    self.leave(self.count);
                }
                Turn::Hold { until, .. } => {
                    let before = self.held.map_or(0, |(_, count)| count);
                    self.held = Some((until, before + self.count));
                    self.leave(self.count);
                }
            }
        }
    }

    fn posted(&mut self, arrived: Timestamp, now: Timestamp) {
        self.flow.posted += 1;
        let lag = now - arrived;
        if lag > self.flow.lag_ms {
            self.flow.lag_ms = lag;
            self.flow.lag_at = Some(arrived);
        }
    }

    fn leave(&mut self, mut count: u64) {
        self.count -= count;
        while let Some((_, first)) = self.waiting.front_mut() {
            if *first > count {
                *first -= count;
                return;
            }
            count -= *first;
            self.waiting.pop_front();
        }
    }
}
