//! A forecast in the words people read.

use super::Forecast;
use crate::template::thousands;
use crate::{Bursts, Civil, Rule, RuleStatus, SendingOptions, Timestamp};

/// From so many messages a day on, a rule is said to flood: nobody reads one every minute and a half.
const FLOOD: u64 = 1_000;
/// From such a wait on, a channel is said to lag.
const LAG_MS: i64 = 60_000;

/// How many messages a rule would have sent in the last 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimate {
    /// About so many.
    About(u64),
    /// More than about so many: no more were counted.
    MoreThan(u64),
}

/// What a rule would have done that would have sent so many messages; `None` when that is few.
#[must_use]
pub fn would_flood(estimate: Estimate, rule: &Rule) -> Option<String> {
    let (about, count) = match estimate {
        Estimate::About(count) => ("about", count),
        Estimate::MoreThan(count) => ("more than", count),
    };
    if count < FLOOD {
        return None;
    }
    let then = match rule.action.sending.bursts {
        Bursts::Every => "each as itself, so the channel would lag behind",
        _ => "in summaries while the channel is busy",
    };
    Some(format!(
        "It would have sent {about} {} messages in the last 24 hours, {then}.",
        thousands(rounded(count))
    ))
}

/// The same, as it is remarked of a rule that is saved.
#[must_use]
pub fn remark_on_flood(estimate: Estimate, rule: &Rule) -> Option<String> {
    let flood = would_flood(estimate, rule)?;
    Some(match rule.status {
        RuleStatus::Active => {
            format!("{flood} Look at its backtest (⋯ in its row) before you leave it active.")
        }
        RuleStatus::Disabled => flood,
    })
}

/// To two digits: it is an estimate.
fn rounded(number: u64) -> usize {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    let mut unit = 1;
    while number / unit >= 100 {
        unit *= 10;
    }
    number / unit * unit
}

fn counted(count: u64) -> String {
    thousands(usize::try_from(count).unwrap_or(usize::MAX))
}

/// "11 minutes": as roughly as people say it.
fn span(ms: i64) -> String {
    let (number, unit) = match ms / 1_000 {
        seconds @ ..120 => (seconds, "second"),
        seconds @ ..7_200 => (seconds / 60, "minute"),
        seconds @ ..172_800 => (seconds / 3_600, "hour"),
        seconds => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

fn moment(at: Timestamp) -> String {
    Civil::of(at).moment()
}

impl Forecast {
    /// Messages a day on average, of the days that were looked at.
    #[must_use]
    pub fn per_day_on_average(&self, days: u32) -> u64 {
        self.matched / u64::from(days.max(1))
    }

    /// What would have happened, in sentences.
    #[must_use]
    pub fn lines(&self, days: u32) -> Vec<String> {
        let Some((minute, most)) = self.worst else {
            return vec!["It would not have fired.".to_owned()];
        };
        let flow = &self.flow;
        let mut lines = vec![
            format!(
                "{} of {} events would have made it fire: {} a day on average.",
                counted(self.matched),
                counted(self.judged),
                counted(self.per_day_on_average(days))
            ),
            format!("The worst minute was {} with {}.", moment(minute), counted(most)),
        ];
        let mut fate = format!("Slack would have posted {} messages", counted(flow.posted));
        if flow.merged > 0 {
            fate.push_str(&format!(
                "; {} events would have been told in summaries",
                counted(flow.merged)
            ));
        }
        if flow.dropped > 0 {
            fate.push_str(&format!("; {} would not have been sent", counted(flow.dropped)));
        }
        lines.push(fate + ".");
        if let Some(at) = flow.lag_at.filter(|_| flow.lag_ms >= LAG_MS) {
            lines.push(format!(
                "At {} the channel would have lagged {} behind: Slack takes about one message a second.",
                moment(at),
                span(flow.lag_ms)
            ));
        }
        lines
    }

    /// What to do about it; `None` when the channel would have been fine.
    #[must_use]
    pub fn advice(&self, days: u32, options: &SendingOptions) -> Option<String> {
        let lags = self.flow.lag_ms >= LAG_MS;
        let floods = self.per_day_on_average(days) >= FLOOD;
        let calmer = match (lags, options.bursts) {
            (true, Bursts::Every) => Some("let waiting messages collapse into summaries"),
            (true, _) => Some("set a limit under Sending"),
            (false, _) => None,
        };
        let fewer = floods.then_some("narrow the filters, or set a limit under Sending");
        let said: Vec<&str> = calmer.into_iter().chain(fewer).collect();
        (!said.is_empty()).then(|| format!("Advised: {}.", said.join("; ")))
    }
}
