//! What may happen, in a form that proptest makes up and shrinks.

use leadbell_domain::SendingOptions;
use proptest::prelude::*;
use serde_json::json;

/// What Slack makes of a call. `posted`: whether the message is in the channel although nobody is told.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reply {
    Yes,
    /// 429, seconds.
    Limited(i64),
    /// "Not now", before any work.
    Unavailable,
    /// HTTP 500.
    ServerError {
        posted: bool,
    },
    /// No answer in time.
    Hang {
        posted: bool,
    },
    InternalError {
        posted: bool,
    },
    /// No connection could be made.
    NoConnection,
    /// The channel takes nothing.
    Archived,
    /// The token is of no use.
    Revoked,
    /// The message is at fault.
    TooLong,
    /// The workspace takes nothing for an hour.
    Quota,
}

/// What a rule chooses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Choice {
    Every,
    Collapse,
    First,
    Caps,
    Repeats,
    QuietThenSummary,
    QuietDropped,
    Priority,
    RatherTwice,
}

impl Choice {
    pub(super) fn options(self) -> SendingOptions {
        let night =
            |then: &str| json!({"from": "22:00", "to": "07:00", "zone": "America/New_York", "then": then});
        let json = match self {
            Choice::Every => json!({"bursts": "every"}),
            Choice::Collapse => json!({}),
            Choice::First => json!({"bursts": "first", "first": {"messages": 2, "minutes": 10}}),
            Choice::Caps => json!({"bursts": "every", "caps": {"minute": 3, "hour": 8}}),
            Choice::Repeats => json!({"repeats": {"by": "lead_id", "minutes": 30}}),
            Choice::QuietThenSummary => json!({"quiet_hours": night("digest")}),
            Choice::QuietDropped => json!({"bursts": "every", "quiet_hours": night("drop")}),
            Choice::Priority => json!({"priority": true}),
            Choice::RatherTwice => json!({"bursts": "every", "in_doubt": "resend"}),
        };
        serde_json::from_value(json).expect("options")
    }
}

/// One step.
#[derive(Clone, Debug)]
pub(super) enum Command {
    /// So many events of a rule.
    Arrive {
        rule: usize,
        count: usize,
    },
    /// A worker looks for work, as its loop does.
    Look {
        worker: usize,
    },
    /// Slack answers one of a worker's calls.
    Answer {
        worker: usize,
        call: usize,
        reply: Reply,
    },
    /// A worker dies; whether Slack had posted what it was sending.
    Crash {
        worker: usize,
        posted: bool,
    },
    /// Both die, and the one server that is there starts anew.
    Restart {
        posted: bool,
    },
    /// Time passes, milliseconds.
    Wait(i64),
    /// The clock is set back, and forward, milliseconds: no time passes.
    SetBack(i64),
    SetForward(i64),
    /// A person has everything sent again that did not arrive.
    Resend,
    /// A person looks into the channel for one that is uncertain.
    Settle {
        which: usize,
    },
    /// The app is allowed again; or gets another token.
    Repair {
        connection: usize,
    },
    NewToken {
        connection: usize,
    },
    /// A person mended a channel, or gave up what waits for it.
    Retry {
        rule: usize,
    },
    GiveUp {
        rule: usize,
    },
    /// A person changes a rule.
    Change {
        rule: usize,
        to: Choice,
    },
}

/// Rules there are.
pub(super) const RULES: usize = 4;

fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        8 => Just(Reply::Yes),
        2 => prop_oneof![Just(2), Just(30), Just(600)].prop_map(Reply::Limited),
        1 => Just(Reply::Unavailable),
        1 => any::<bool>().prop_map(|posted| Reply::ServerError { posted }),
        1 => any::<bool>().prop_map(|posted| Reply::Hang { posted }),
        1 => any::<bool>().prop_map(|posted| Reply::InternalError { posted }),
        1 => Just(Reply::NoConnection),
        1 => Just(Reply::Archived),
        1 => Just(Reply::Revoked),
        1 => Just(Reply::TooLong),
        1 => Just(Reply::Quota),
    ]
}

pub(super) fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        2 => Just(Choice::Every),
        2 => Just(Choice::Collapse),
        1 => Just(Choice::First),
        1 => Just(Choice::Caps),
        1 => Just(Choice::Repeats),
        1 => Just(Choice::QuietThenSummary),
        1 => Just(Choice::QuietDropped),
        1 => Just(Choice::Priority),
        2 => Just(Choice::RatherTwice),
    ]
}

pub(super) fn command() -> impl Strategy<Value = Command> {
    let seconds = |list: &'static [i64]| proptest::sample::select(list).prop_map(|seconds| seconds * 1_000);
    prop_oneof![
        8 => (0..RULES, 1..4_usize).prop_map(|(rule, count)| Command::Arrive { rule, count }),
        1 => (0..RULES, 8..14_usize).prop_map(|(rule, count)| Command::Arrive { rule, count }),
        14 => (0..2_usize).prop_map(|worker| Command::Look { worker }),
        14 => (0..2_usize, 0..4_usize, reply())
            .prop_map(|(worker, call, reply)| Command::Answer { worker, call, reply }),
        1 => (0..2_usize, any::<bool>()).prop_map(|(worker, posted)| Command::Crash { worker, posted }),
        1 => any::<bool>().prop_map(|posted| Command::Restart { posted }),
        10 => seconds(&[1, 2, 5, 31, 300, 1_900, 3_700, 30_000]).prop_map(Command::Wait),
        2 => seconds(&[2, 10, 300, 3_600, 10_800, 172_800]).prop_map(Command::SetBack),
        1 => seconds(&[10, 300, 3_600, 86_400]).prop_map(Command::SetForward),
        1 => Just(Command::Resend),
        1 => (0..50_usize).prop_map(|which| Command::Settle { which }),
        1 => (0..2_usize).prop_map(|connection| Command::Repair { connection }),
        1 => (0..2_usize).prop_map(|connection| Command::NewToken { connection }),
        1 => (0..RULES).prop_map(|rule| Command::Retry { rule }),
        1 => (0..RULES).prop_map(|rule| Command::GiveUp { rule }),
        2 => (0..RULES, choice()).prop_map(|(rule, to)| Command::Change { rule, to }),
    ]
}
