//! What somebody typed to try a rule with.

use crate::http::Form;
use crate::views::tryout::TryWish;

/// Before the names of typed values.
pub(super) const VALUES: &str = "try.values.";

/// Reads it from a form.
pub(crate) fn wish(form: &Form) -> TryWish {
    TryWish {
        source: form.text("try.source"),
        event_id: form.text("try.event_id"),
        pasted: form.text("try.event"),
        typed: form
            .pairs()
            .filter_map(|(name, text)| {
                let name = name.strip_prefix(VALUES)?;
                let text = text.trim();
                (!text.is_empty()).then(|| (name.to_owned(), text.to_owned()))
            })
            .collect(),
        send: form.has("try.send"),
    }
}
