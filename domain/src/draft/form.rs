//! The draft of a plain HTML form post: the same fields as pairs of names and texts.

use super::{RuleDraft, SecretText};
use crate::FilterKey;

/// Before the paths of the sending options, and of the layout.
const SENDING: &str = "action.sending.";
const LAYOUT: &str = "action.layout.";

impl RuleDraft {
    /// Reads the pairs of a form; unknown names are ignored (buttons, the form's own state). A list filter is its
    /// name once per value, with `filters.<key>.mode` = `none_of` to exclude.
    #[must_use]
    pub fn from_form<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> RuleDraft {
        let mut draft = RuleDraft::default();
        for (name, text) in pairs {
            let own = text.to_owned();
            match name {
                "name" => draft.name = own,
                "note" => draft.note = own,
                "preset_id" => draft.preset_id = own,
                "trigger" => draft.trigger = own,
                "status" => draft.status = own,
                "filters.price.op" => draft.price.op = own,
                "filters.price.value" => draft.price.value = own,
                "filters.price.min" => draft.price.min = own,
                "filters.price.max" => draft.price.max = own,
                "include_test" => draft.include_test = true,
                "include_duplicates" => draft.include_duplicates = true,
                "action.type" => draft.action = own,
                "action.connection_id" => draft.connection_id = own,
                "action.auth_token" => draft.auth_token = SecretText(own),
                "action.personal_data" => draft.personal_data = own,
                "action.target" => draft.target = own,
                "action.target.channel_id" => draft.channel_id = own,
                "action.target.member_id" => draft.member_id = own,
                // Browsers send line ends as CR LF.
                "action.text" => draft.text = own.replace("\r\n", "\n"),
                _ => match name.strip_prefix(SENDING) {
                    Some(path) if own.trim().is_empty() => {
                        draft.sending.remove(path);
                    }
                    Some(path) => {
                        draft.sending.insert(path.to_owned(), own);
                    }
                    None => match name.strip_prefix(LAYOUT) {
                        Some(path) if own.trim().is_empty() => {
                            draft.layout.remove(path);
                        }
                        Some(path) => {
                            draft.layout.insert(path.to_owned(), own.replace("\r\n", "\n"));
                        }
                        None => draft.take_filter(name, own),
                    },
                },
            }
        }
        draft
    }

    fn take_filter(&mut self, name: &str, text: String) {
        let Some(rest) = name.strip_prefix("filters.") else {
            return;
        };
        let (key, is_mode) = match rest.strip_suffix(".mode") {
            Some(key) => (key, true),
            None => (rest, false),
        };
        let Some(key) = FilterKey::from_key(key).filter(|key| *key != FilterKey::Price) else {
            return;
        };
        let filter = self.filters.entry(key).or_default();
        if is_mode {
            filter.exclude = text == "none_of";
        } else if !text.trim().is_empty() {
            filter.values.push(text.trim().to_owned());
        }
    }
}
