//! The log of deliveries as its pages show it.

use leadbell_domain::{Blocks, DeliveryStatus, Level, Platform, Timestamp, Trigger};

/// Search and filters of the log; the address of the page holds the same, and so does a filter to send again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliverySearch {
    /// The sender's id of a lead, call or event.
    pub q: String,
    /// A status' key; empty for all.
    pub status: String,
    /// A code of Slack's or ours; empty for all.
    pub code: String,
    /// A rule's number; empty for all.
    pub rule: String,
    /// The outside id of the event's product.
    pub product: String,
    /// The outside id of the event's campaign.
    pub campaign: String,
    /// The outside id of the event's publisher.
    pub publisher: String,
    /// The id of a channel or member.
    pub to: String,
    /// The id of a connection.
    pub connection: String,
    /// `hour`, `day`, `week` or `month`: how far back; empty for no bound.
    pub within: String,
    /// First day, `2026-11-23`; empty for the beginning.
    pub from: String,
    /// Last day; empty for now.
    pub until: String,
    /// Older ones than this place of the log; empty for the newest.
    pub before: String,
}

/// A page of the log.
#[derive(Clone, Debug)]
pub struct DeliveryList {
    /// The rows, newest first.
    pub rows: Vec<DeliveryRow>,
    /// The place before which older ones follow.
    pub next: Option<String>,
    /// The list is not full, and yet there may be more: so far it was searched.
    pub searched: Option<Timestamp>,
    /// The levels by whose entities this viewer may narrow.
    pub levels: Vec<Level>,
    /// What the connection is called by which the list is narrowed.
    pub connection: Option<String>,
    /// Whether the viewer may have messages sent again.
    pub can_resend: bool,
    /// What was typed and can't be used, in words.
    pub unusable: Vec<String>,
}

/// A delivery in the log.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// Id, for addresses.
    pub id: String,
    /// When its event arrived.
    pub at: Timestamp,
    /// What happened.
    pub trigger: Trigger,
    /// Its platform.
    pub platform: Platform,
    /// To which lead or call.
    pub lead: String,
    /// The rule's number.
    pub rule_number: i64,
    /// The rule's name; may be empty.
    pub rule_name: String,
    /// The rule's page; `None` when it is deleted.
    pub rule_href: Option<String>,
    /// Where the rule lives: "Product 218".
    pub place: String,
    /// Where to: "# C0SALES01".
    pub destination: String,
    /// With which connection, if the viewer may see it.
    pub connection: Option<String>,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Slack's code, or ours, that explains the status.
    pub code: Option<String>,
    /// That code in words, and what can be done.
    pub reason: Option<(&'static str, &'static str)>,
    /// Calls of Slack so far.
    pub attempts: usize,
    /// From the event's arrival to Slack's receipt, milliseconds.
    pub delay_ms: Option<i64>,
    /// Readers may have got it more than once.
    pub maybe_twice: bool,
}

impl DeliveryRow {
    /// Whether a person may have it sent again.
    #[must_use]
    pub fn is_resendable(&self) -> bool {
        matches!(
            self.status,
            DeliveryStatus::Failed | DeliveryStatus::Ambiguous | DeliveryStatus::Suppressed
        )
    }
}

/// Everything about one delivery.
#[derive(Clone, Debug)]
pub struct DeliveryView {
    /// What lists show.
    pub row: DeliveryRow,
    /// The sender's id of the event.
    pub event: String,
    /// Slack's receipt: channel and message.
    pub receipt: Option<(String, String)>,
    /// When it reached its status.
    pub updated_at: Timestamp,
    /// The message as it was or will be sent; `None` when the viewer may not see what it shows.
    pub text: Option<String>,
    /// The card around it, for whoever may read it.
    pub blocks: Option<Blocks>,
    /// The rule was changed since it wrote this message.
    pub rule_changed: bool,
    /// How often people had it sent again.
    pub resends: i64,
    /// How it stands in a thread, if it is in one.
    pub thread: Option<ThreadPlace>,
    /// Every call of Slack, oldest first.
    pub calls: Vec<CallRow>,
    /// Whether the viewer may settle it or have it sent again.
    pub can_resend: bool,
}

/// How a message stands in a thread.
#[derive(Clone, Debug)]
pub enum ThreadPlace {
    /// It is the first one.
    First {
        /// Why its line of state was not updated when that was last tried: Slack's code, and what it means.
        line: Option<(String, &'static str)>,
    },
    /// It is a reply.
    Reply {
        /// The page of the first one, if the viewer may see it.
        first: Option<String>,
    },
}

/// A call of Slack.
#[derive(Clone, Debug)]
pub struct CallRow {
    /// Counts from 1.
    pub number: i64,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, milliseconds.
    pub took_ms: i64,
    /// What came of it, in words.
    pub outcome: &'static str,
    /// Slack's code, or ours.
    pub code: Option<String>,
    /// That code in words, and what can be done.
    pub reason: Option<(&'static str, &'static str)>,
    /// HTTP status.
    pub http_status: Option<i64>,
    /// What was mended on the way, in words.
    pub note: Option<String>,
    /// How long Slack wanted us to wait, milliseconds.
    pub wait_ms: Option<i64>,
}

/// Which messages are to be sent again: chosen ones, or all of a search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResendChoice {
    /// These; empty for all of the search.
    pub ids: Vec<String>,
    /// The search.
    pub search: DeliverySearch,
    /// When the person looked at what it would do; what went wrong later is no part of it.
    pub looked_at: Option<Timestamp>,
}

/// What sending again would do at one destination.
#[derive(Clone, Debug)]
pub struct ResendRow {
    /// Where to.
    pub destination: String,
    /// With which connection, if the viewer may see it.
    pub connection: Option<String>,
    /// How many.
    pub count: i64,
    /// How long that takes at the channel's pace, with what waits there already, milliseconds.
    pub takes_ms: i64,
    /// How many of them readers may get twice.
    pub maybe_twice: i64,
    /// How many are of rules that are deleted or disabled by now.
    pub rule_off: i64,
    /// How many are of rules that were changed since.
    pub rule_changed: i64,
    /// Slack refuses this place at present: they would wait.
    pub refused: bool,
    /// The connection is removed: they can't be sent.
    pub impossible: bool,
}

/// What sending again would do.
#[derive(Clone, Debug)]
pub struct ResendLook {
    /// Destination by destination, most first.
    pub rows: Vec<ResendRow>,
    /// How many would be sent.
    pub count: i64,
    /// When this was looked up.
    pub looked_at: Timestamp,
}
