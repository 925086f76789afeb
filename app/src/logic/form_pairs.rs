//! A draft as the names and texts of a plain form: the way back of `RuleDraft::from_form`, for fields that a step of
//! the form does not show but must not lose.

use leadbell_domain::RuleDraft;

/// Everything but the token, which never goes into a page, and the trigger, which the first step shows.
pub(crate) fn hidden_pairs(draft: &RuleDraft) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut add = |name: &str, text: &str| {
        if !text.is_empty() {
            pairs.push((name.to_owned(), text.to_owned()));
        }
    };
    add("name", &draft.name);
    add("note", &draft.note);
    add("preset_id", &draft.preset_id);
    add("status", &draft.status);
    for (key, filter) in &draft.filters {
        let name = format!("filters.{}", key.key());
        for value in &filter.values {
            add(&name, value);
        }
        if filter.exclude {
            add(&format!("{name}.mode"), "none_of");
        }
    }
    // Boxes are there or not; what they say does not matter.
    add("include_test", if draft.include_test { "yes" } else { "" });
    add(
        "include_duplicates",
        if draft.include_duplicates { "yes" } else { "" },
    );
    add("filters.price.op", &draft.price.op);
    add("filters.price.value", &draft.price.value);
    add("filters.price.min", &draft.price.min);
    add("filters.price.max", &draft.price.max);
    add("action.connection_id", &draft.connection_id);
    add("action.target", &draft.target);
    add("action.target.channel_id", &draft.channel_id);
    add("action.target.member_id", &draft.member_id);
    add("action.text", &draft.text);
    add("action.personal_data", &draft.personal_data);
    for (path, text) in &draft.sending {
        add(&format!("action.sending.{path}"), text);
    }
    for (path, text) in &draft.layout {
        add(&format!("action.layout.{path}"), text);
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use leadbell_domain::{FilterDraft, FilterKey, SecretText};

    #[test]
    fn a_draft_survives_a_step_that_does_not_show_it_except_for_its_token() {
        let mut draft = RuleDraft {
            name: "Big sales".to_owned(),
            note: "Ask Kim\nfirst".to_owned(),
            preset_id: "p".to_owned(),
            include_test: true,
            include_duplicates: true,
            personal_data: "shown".to_owned(),
            sending: [("caps.minute".to_owned(), "5".to_owned())].into(),
            layout: [("card.header".to_owned(), "Sold".to_owned())].into(),
            connection_id: "c".to_owned(),
            target: "member".to_owned(),
            member_id: "U061F7AUR".to_owned(),
            channel_id: "typed before".to_owned(),
            text: "Line 1\nLine \"2\" & <3>".to_owned(),
            status: "disabled".to_owned(),
            ..RuleDraft::default()
        };
        draft.price.op = "between".to_owned();
        draft.price.min = "50".to_owned();
        draft.price.max = "ten".to_owned();
        draft.filters.insert(
            FilterKey::Publisher,
            FilterDraft {
                exclude: true,
                values: vec!["1044".to_owned(), "1045".to_owned()],
            },
        );
        let without_token = draft.clone();
        draft.auth_token = SecretText("xoxb-secret".to_owned());
        let pairs = hidden_pairs(&draft);
        assert!(pairs.iter().all(|(_, text)| !text.contains("secret")));
        let again = RuleDraft::from_form(pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        assert_eq!(again, without_token);
    }
}
