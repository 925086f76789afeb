//! The log of events as its pages show it.

use leadbell_domain::{DeliveryStatus, Fact, Level, Platform, Timestamp, Trigger};

use super::deliveries::DeliveryView;

/// Search and filters of the log; the address of the page holds the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventSearch {
    /// The sender's id of a lead, call or event.
    pub q: String,
    /// Empty: an id that begins so; `whole`: that is so; `contains`: that has it in it.
    pub how: String,
    /// A platform's key; empty for all.
    pub platform: String,
    /// A trigger's key; empty for all.
    pub trigger: String,
    /// The outside id of the event's product.
    pub product: String,
    /// The outside id of the event's campaign.
    pub campaign: String,
    /// The outside id of the event's publisher.
    pub publisher: String,
    /// A rule's number; empty for all.
    pub rule: String,
    /// The id of a preset.
    pub preset: String,
    /// The id of a channel or member.
    pub to: String,
    /// A status' key, or `none` for events for which no rule fired; empty for all.
    pub status: String,
    /// A code of Slack's or ours; empty for all.
    pub code: String,
    /// `today`, `day`, `week` or `month`: how far back; empty for no bound.
    pub within: String,
    /// First day, `2026-11-23`; empty for the beginning.
    pub from: String,
    /// Last day; empty for now.
    pub until: String,
    /// Older ones than this place of the log; empty for the newest.
    pub before: String,
    /// Newer ones than this place.
    pub after: String,
}

/// What a reader of the log may narrow it by.
#[derive(Clone, Debug, Default)]
pub struct LogChoices {
    /// The levels by whose entities.
    pub levels: Vec<Level>,
    /// The triggers.
    pub triggers: Vec<Trigger>,
    /// Presets, by id and name; empty for who sees none.
    pub presets: Vec<(String, String)>,
    /// Whether hosts are told.
    pub hosts: bool,
}

/// A page of the log.
#[derive(Clone, Debug, Default)]
pub struct EventList {
    /// The rows, newest first.
    pub rows: Vec<EventRow>,
    /// The place before which older ones follow.
    pub older: Option<String>,
    /// The place after which newer ones will come.
    pub newest: Option<String>,
    /// The list is not full, and yet there may be more: so far it was searched.
    pub searched: Option<Timestamp>,
    /// What it may be narrowed by.
    pub choices: LogChoices,
    /// What was typed and can't be used, in words.
    pub unusable: Vec<String>,
}

/// An event in the log.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// The sender's id.
    pub id: String,
    /// When it arrived.
    pub at: Timestamp,
    /// Its platform.
    pub platform: Platform,
    /// What happened.
    pub trigger: Trigger,
    /// To which lead.
    pub lead: String,
    /// In which call.
    pub call: Option<String>,
    /// On which site.
    pub host: Option<String>,
    /// What it belongs to: "Debt Relief", and its page.
    pub places: Vec<(String, Option<String>)>,
    /// The rules that fired.
    pub fired: Vec<FiredRow>,
}

/// A rule that fired, in a row of the log.
#[derive(Clone, Debug)]
pub struct FiredRow {
    /// The message's id, for addresses.
    pub delivery: String,
    /// The rule's number.
    pub rule_number: i64,
    /// Its name; may be empty.
    pub rule_name: String,
    /// The rule's place in its list; `None` when it is deleted.
    pub rule_href: Option<String>,
    /// The preset it follows.
    pub preset: Option<String>,
    /// Where to: "# C0SALES01".
    pub destination: String,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Slack's code, or ours, in words.
    pub reason: Option<&'static str>,
    /// From the event's arrival to Slack's receipt, milliseconds.
    pub delay_ms: Option<i64>,
}

/// Everything about one event.
#[derive(Clone, Debug)]
pub struct EventView {
    /// What lists show.
    pub row: EventRow,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What the reader may learn of it.
    pub facts: Vec<Fact>,
    /// Whether he may have what is masked shown; `false` when it is.
    pub can_reveal: bool,
    /// What is masked is shown.
    pub revealed: bool,
    /// What every rule made of it.
    pub verdicts: Vec<VerdictRow>,
    /// Where further rules begin.
    pub more_rules: Option<String>,
    /// The messages, with every call of Slack; in the order of the rules.
    pub messages: Vec<MessageView>,
    /// Another event has the same id: the platform it is of.
    pub twin: Option<Platform>,
}

/// What a rule made of an event.
#[derive(Clone, Debug)]
pub struct VerdictRow {
    /// Its number.
    pub number: i64,
    /// Its name then; may be empty.
    pub name: String,
    /// The rule's place in its list; `None` when it is deleted.
    pub href: Option<String>,
    /// Where it lives: "Product 218".
    pub place: String,
    /// The version in force.
    pub version: i64,
    /// It was changed since.
    pub changed: bool,
    /// It fired.
    pub fired: bool,
    /// Why, or why not, in a sentence.
    pub said: &'static str,
    /// Filter by filter: what was wanted and what there was, and whether it passed.
    pub checks: Vec<(String, bool)>,
}

/// A message of an event.
#[derive(Clone, Debug)]
pub struct MessageView {
    /// All that the log tells of it.
    pub delivery: DeliveryView,
    /// Its address in Slack.
    pub permalink: Option<String>,
}

/// What happened to one lead or call.
#[derive(Clone, Debug)]
pub struct LeadView {
    /// Its events, oldest first.
    pub rows: Vec<EventRow>,
    /// The place after which later ones follow.
    pub later: Option<String>,
    /// Whether hosts are told.
    pub hosts: bool,
}
