//! Pieces of more than one page of the log.

use leadbell_domain::{DeliveryStatus, Platform};
use leptos::prelude::*;

use crate::parts::badge::{Tone, badge};
use crate::parts::view::Erase;

/// What people call a status.
pub(super) fn status_label(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Queued => "Waiting",
        DeliveryStatus::Sending => "Being sent",
        DeliveryStatus::Sent => "Sent",
        DeliveryStatus::Retrying => "Waiting to try again",
        DeliveryStatus::Ambiguous => "Not certain",
        DeliveryStatus::Failed => "Failed",
        DeliveryStatus::Suppressed => "Held back",
    }
}

/// What a status means, as a sentence.
pub(super) fn status_meaning(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Queued => "It waits for its turn in its channel.",
        DeliveryStatus::Sending => "Slack may be reading it right now.",
        DeliveryStatus::Sent => "Slack has posted it.",
        DeliveryStatus::Retrying => "It did not get through yet and is tried again by itself.",
        DeliveryStatus::Ambiguous => {
            "Slack may or may not have posted it: no clear answer came. It does not go out again by itself."
        }
        DeliveryStatus::Failed => "It was not posted and will not be tried again by itself.",
        DeliveryStatus::Suppressed => "It was held back on purpose.",
    }
}

/// The status as a badge.
pub(super) fn status(status: DeliveryStatus) -> AnyView {
    let tone = match status {
        DeliveryStatus::Sent => Tone::Good,
        DeliveryStatus::Ambiguous | DeliveryStatus::Failed => Tone::Warn,
        _ => Tone::Idle,
    };
    badge(tone, status_label(status))
}

/// "Lead 90210" or "Call 90210".
pub(in crate::desk) fn lead(platform: Platform, id: &str) -> String {
    match platform {
        Platform::Lms => format!("Lead {id}"),
        Platform::CallLogic => format!("Call {id}"),
    }
}

/// How long something took, as people say it.
pub(in crate::desk) fn span(ms: i64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        _ if ms < 1_000 => format!("{ms} ms"),
        0..10 => format!("{seconds}.{} s", ms % 1_000 / 100),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        86_400..172_800 => format!("1 day {} h", seconds % 86_400 / 3_600),
        _ => format!("{} days {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// What stands where a search found nothing; `what` is the singular, `all` the address without the search.
pub(super) fn nothing_found(what: &str, all: &'static str) -> AnyView {
    view! {
        <section class="empty">
            <p class="empty__title">"Nothing found"</p>
            <p>{format!("No {what} matches this search.")}</p>
            <p><a class="button" href=all>"Show all"</a></p>
        </section>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_as_roughly_as_people_do() {
        for (ms, said) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_250, "1.2 s"),
            (59_999, "59 s"),
            (250_000, "4 min 10 s"),
            (7_500_000, "2 h 5 min"),
            (90_000_000, "1 day 1 h"),
        ] {
            assert_eq!(span(ms), said);
        }
    }
}
