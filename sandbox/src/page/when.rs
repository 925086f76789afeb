//! Times on the page: UTC until the script puts the reader's own in.

use maud::{Markup, html};
use time::OffsetDateTime;
use time::macros::format_description;

/// A `<time>` showing hours and minutes (and seconds if asked to), with the exact time as tooltip.
pub(super) fn clock(at_ms: i64, seconds: bool) -> Markup {
    let Ok(at) = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_ms) * 1_000_000) else {
        return html! { time { (at_ms) } };
    };
    let iso = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let shown = if seconds {
        at.format(&format_description!("[hour]:[minute]:[second]"))
    } else {
        at.format(&format_description!("[hour]:[minute]"))
    };
    let exact = at.format(&iso).unwrap_or_default();
    html! {
        time.clock datetime=(exact) data-ms=(at_ms) data-seconds[seconds] title=(exact) {
            (shown.unwrap_or_default()) " UTC"
        }
    }
}
