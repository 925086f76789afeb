//! A rule as somebody typed it, taken along by a page that is not its form.

use leadbell_domain::RuleDraft;
use leptos::prelude::*;

use crate::logic::form_pairs::hidden_pairs;
use crate::parts::view::Erase;

/// Everything typed, for a form that goes on with it; `version` is the one that the editor saw.
pub(crate) fn carried(draft: &RuleDraft, version: Option<i64>) -> AnyView {
    let mut pairs = hidden_pairs(draft);
    pairs.push(("trigger".to_owned(), draft.trigger.clone()));
    pairs.push(("action.type".to_owned(), "send_slack_message".to_owned()));
    if let Some(version) = version {
        pairs.push(("version".to_owned(), version.to_string()));
    }
    pairs
        .into_iter()
        .map(|(name, text)| view! { <input type="hidden" name=name value=text/> }.erase())
        .collect_view()
        .erase()
}
