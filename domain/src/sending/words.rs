//! Sending options in the words of their form.

use super::{AfterQuiet, Bursts, InDoubt, SendingOptions, Threads};

const ONE_THREAD: &str = "One thread per lead or call";

impl SendingOptions {
    /// Each option: its name in data, its name in the form, and what it says; `None` for nothing.
    #[must_use]
    pub fn facts(&self) -> [(&'static str, &'static str, Option<String>); 7] {
        let when = self.bursts_in_words();
        [
            ("action.sending.bursts", "When many come at once", Some(when)),
            ("action.sending.caps", "At most", self.caps_in_words()),
            ("action.sending.repeats", "Repetitions", self.repeats_in_words()),
            ("action.sending.quiet_hours", "Quiet hours", self.quiet_in_words()),
            (
                "action.sending.priority",
                "Priority",
                self.priority
                    .then(|| "Before all others, whatever else is said here".to_owned()),
            ),
            (
                "action.sending.in_doubt",
                "When it is unknown whether Slack posted it",
                Some(
                    match self.in_doubt {
                        InDoubt::Wait => "Wait for a person",
                        InDoubt::Resend => "Send again, marked",
                    }
                    .to_owned(),
                ),
            ),
            (
                "action.sending.thread",
                "Threads",
                (self.thread == Threads::Lead).then(|| ONE_THREAD.to_owned()),
            ),
        ]
    }

    /// What was chosen beyond the default, one line each: for lists.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let default = SendingOptions::default();
        let mut lines = Vec::new();
        if self.bursts != default.bursts {
            lines.push(self.bursts_in_words());
        }
        lines.extend(self.caps_in_words().map(|caps| format!("At most {caps}")));
        lines.extend(self.repeats_in_words());
        lines.extend(self.quiet_in_words().map(|quiet| format!("Quiet {quiet}")));
        if self.priority {
            lines.push("Priority".to_owned());
        }
        if self.in_doubt != default.in_doubt {
            lines.push("In doubt sent again".to_owned());
        }
        if self.thread == Threads::Lead {
            lines.push(ONE_THREAD.to_owned());
        }
        lines
    }

    fn bursts_in_words(&self) -> String {
        match (self.bursts, self.first) {
            (Bursts::Every, _) => "Every message in order".to_owned(),
            (Bursts::First, Some(first)) => format!(
                "The first {} in {}, then a summary",
                first.messages,
                minutes(first.minutes)
            ),
            _ => "One summary of what waits, while the channel is busy".to_owned(),
        }
    }

    fn caps_in_words(&self) -> Option<String> {
        let caps = self.caps?;
        let said: Vec<String> = [
            (caps.minute, "a minute"),
            (caps.hour, "an hour"),
            (caps.day, "a day"),
        ]
        .into_iter()
        .filter_map(|(most, time)| most.map(|most| format!("{most} {time}")))
        .collect();
        Some(said.join(", "))
    }

    fn repeats_in_words(&self) -> Option<String> {
        let repeats = self.repeats.as_ref()?;
        Some(format!(
            "Once per {{{{{}}}}} in {}",
            repeats.by,
            minutes(repeats.minutes)
        ))
    }

    fn quiet_in_words(&self) -> Option<String> {
        let quiet = self.quiet_hours.as_ref()?;
        let then = match quiet.then {
            AfterQuiet::Digest => "then one summary",
            AfterQuiet::Drop => "messages are dropped",
        };
        Some(format!(
            "{} – {} {}, {then}",
            quiet.from,
            quiet.to,
            quiet.zone.name()
        ))
    }
}

/// "10 minutes", "1 hour", "2 days".
fn minutes(minutes: u32) -> String {
    let (number, unit) = match minutes {
        minutes if minutes >= 1_440 && minutes.is_multiple_of(1_440) => (minutes / 1_440, "day"),
        minutes if minutes >= 60 && minutes.is_multiple_of(60) => (minutes / 60, "hour"),
        minutes => (minutes, "minute"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}
