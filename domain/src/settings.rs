//! What a house settled for itself: typed values, and the texts that forms and the database keep them as.
//!
//! One more setting is a field, a key in [`Settings::texts`] and [`Settings::put`], and its words in [`KEYS`].

mod keep;
mod retention;

use crate::{FieldErrors, Policy};

pub use keep::Keep;
pub use retention::{Kept, Retention};

/// What compliance people do with publishers' rules.
pub const COMPLIANCE: &str = "compliance_publisher";
/// Whether buyers' people filter by publisher.
pub const PUBLISHERS: &str = "buyers_filter_by_publisher";

/// The key of every setting with what people call it.
pub const KEYS: [(&str, &str); 7] = [
    (COMPLIANCE, "Compliance Publishers"),
    (PUBLISHERS, "Publishers for buyers' people"),
    (Kept::EventsWithoutMatch.key(), Kept::EventsWithoutMatch.label()),
    (Kept::EventsWithMatch.key(), Kept::EventsWithMatch.label()),
    (Kept::Deliveries.key(), Kept::Deliveries.label()),
    (Kept::TestRuns.key(), Kept::TestRuns.label()),
    (Kept::EventIds.key(), Kept::EventIds.label()),
];

/// What compliance people do, as (text, words).
pub const COMPLIANCE_CHOICES: [(&str, &str); 2] = [
    ("manage", "View and change publishers' rules"),
    ("view", "View them only"),
];
/// Whether buyers' people see publishers, as (text, words).
pub const PUBLISHERS_CHOICES: [(&str, &str); 2] = [
    ("hidden", "Hidden from them"),
    ("shown", "Shown, and offered as filters"),
];

/// The settings of a house.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Who may do what, where the house decides it.
    pub policy: Policy,
    /// How long what has happened is kept.
    pub retention: Retention,
}

fn chosen(choices: [(&'static str, &'static str); 2], first: bool) -> &'static str {
    choices[usize::from(!first)].0
}

/// Whether the text is the first choice; a complaint when it is none.
fn is_first(choices: [(&'static str, &'static str); 2], text: &str) -> Result<bool, String> {
    match choices.iter().position(|(key, _)| *key == text) {
        Some(place) => Ok(place == 0),
        None => Err(format!("Choose “{}” or “{}”.", choices[0].1, choices[1].1)),
    }
}

impl Settings {
    /// Every setting as its key and text.
    #[must_use]
    pub fn texts(&self) -> Vec<(&'static str, String)> {
        let policy = self.policy;
        let mut texts = vec![
            (
                COMPLIANCE,
                chosen(COMPLIANCE_CHOICES, policy.compliance_manages).to_owned(),
            ),
            (
                PUBLISHERS,
                chosen(PUBLISHERS_CHOICES, !policy.buyers_see_publishers).to_owned(),
            ),
        ];
        texts.extend(Kept::ALL.map(|kind| (kind.key(), self.retention.of(kind).to_string())));
        texts
    }

    /// These settings with others in place of some, given as key and text; complaints are at their keys. Keys that are
    /// no settings are passed over: an older program may read what a newer one wrote.
    pub fn put<'a>(
        mut self,
        texts: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Settings, FieldErrors> {
        let mut errors = FieldErrors::new();
        for (key, text) in texts {
            let text = text.trim();
            match key {
                COMPLIANCE => {
                    if let Some(first) = errors.keep(key, is_first(COMPLIANCE_CHOICES, text)) {
                        self.policy.compliance_manages = first;
                    }
                }
                PUBLISHERS => {
                    if let Some(first) = errors.keep(key, is_first(PUBLISHERS_CHOICES, text)) {
                        self.policy.buyers_see_publishers = !first;
                    }
                }
                _ => {
                    if let Some(kind) = Kept::from_key(key)
                        && let Some(keep) = errors.keep(key, Keep::parse(text, kind.least_days()))
                    {
                        self.retention.set(kind, keep);
                    }
                }
            }
        }
        if errors.is_empty()
            && let Err(complaint) = self.retention.check()
        {
            errors.add(Kept::EventIds.key(), complaint);
        }
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }

    /// What was kept, as key and text. What can't be read stands at its default.
    #[must_use]
    pub fn of_kept<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Settings {
        texts
            .into_iter()
            .fold(Settings::default(), |settings, (key, text)| {
                // One by one, so that one that can't be read leaves the others; how they go together is a form's concern.
                match Kept::from_key(key) {
                    None => settings.put([(key, text)]).unwrap_or(settings),
                    Some(kind) => {
                        let mut settings = settings;
                        if let Ok(keep) = Keep::parse(text, kind.least_days()) {
                            settings.retention.set(kind, keep);
                        }
                        settings
                    }
                }
            })
    }

    /// The texts that are others in `after`, each with what it was.
    #[must_use]
    pub fn changes(&self, after: &Settings) -> Vec<SettingChange> {
        let pairs = self.texts().into_iter().zip(after.texts());
        pairs
            .filter(|((_, before), (_, after))| before != after)
            .map(|((key, before), (_, after))| SettingChange { key, before, after })
            .collect()
    }
}

/// One setting that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    /// Which.
    pub key: &'static str,
    /// Its text before.
    pub before: String,
    /// Its text now.
    pub after: String,
}

/// What people call a setting.
#[must_use]
pub fn setting_label(key: &str) -> &str {
    KEYS.iter()
        .find(|(known, _)| *known == key)
        .map_or(key, |(_, label)| label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_comes_back_from_its_text() {
        for policy in Policy::all() {
            let settings = Settings {
                policy,
                ..Settings::default()
            };
            let texts = settings.texts();
            assert_eq!(texts.len(), KEYS.len());
            assert!(texts.iter().zip(KEYS).all(|(text, key)| text.0 == key.0));
            let pairs = texts.iter().map(|(key, text)| (*key, text.as_str()));
            assert_eq!(Settings::of_kept(pairs.clone()), settings);
            assert_eq!(Settings::default().put(pairs), Ok(settings));
        }
    }

    #[test]
    fn what_is_no_choice_is_complained_of_in_a_form_and_passed_over_in_what_was_kept() {
        let odd = [
            (COMPLIANCE, "sometimes"),
            (PUBLISHERS, "shown"),
            ("unheard_of", "1"),
        ];
        let errors = Settings::default().put(odd).unwrap_err();
        assert!(errors.of(COMPLIANCE).is_some() && errors.0.len() == 1);
        let kept = Settings::of_kept(odd);
        assert!(kept.policy.compliance_manages && kept.policy.buyers_see_publishers);
    }

    #[test]
    fn a_change_tells_what_was_and_what_is() {
        let after = Settings::default().put([(COMPLIANCE, "view")]).unwrap();
        let changes = Settings::default().changes(&after);
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].key, changes[0].after.as_str()), (COMPLIANCE, "view"));
        assert_eq!(changes[0].before, "manage");
        assert_eq!(setting_label(COMPLIANCE), "Compliance Publishers");
    }
}
