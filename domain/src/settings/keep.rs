//! For how long something is kept.

use std::fmt;

use crate::Timestamp;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// A hundred years.
const MOST_DAYS: u32 = 36_500;

/// For how long something is kept. Longer is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// For so many days.
    Days(u32),
    /// For ever.
    Ever,
}

impl Keep {
    /// Reads "30", "30 days" or "ever"; `least` is the smallest number of days there may be.
    pub fn parse(text: &str, least: u32) -> Result<Self, String> {
        let text = text.trim().to_lowercase();
        if matches!(text.as_str(), "ever" | "for ever" | "forever") {
            return Ok(Keep::Ever);
        }
        let number = text.strip_suffix("days").or(text.strip_suffix("day"));
        match number.unwrap_or(&text).trim().parse::<u32>() {
            Ok(days) if (least..=MOST_DAYS).contains(&days) => Ok(Keep::Days(days)),
            Ok(days) if days < least && least == 1 => {
                Err("Nothing younger than a day is removed: enter 1 or more.".to_owned())
            }
            Ok(days) if days < least => Err(format!("Enter {least} days or more.")),
            _ => Err(format!("Enter a number of days up to {MOST_DAYS}, or “ever”.")),
        }
    }

    /// What arrived before this moment need not be kept any more; `None`: all is kept.
    #[must_use]
    pub fn until(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Keep::Days(days) => Some(now - i64::from(days) * DAY_MS),
            Keep::Ever => None,
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Keep::Days(1) => "1 day".to_owned(),
            Keep::Days(days) => format!("{days} days"),
            Keep::Ever => "for ever".to_owned(),
        }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Keep::Days(days) => write!(f, "{days}"),
            Keep::Ever => f.write_str("ever"),
        }
    }
}
