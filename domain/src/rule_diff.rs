//! What differs between two states of a rule, in the words of its form.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    ConnectionId, FilterKey, ListFilter, PresetId, Rule, Target, filter_label, filter_line, price_line,
};

/// Names of what rules refer to, as far as the reader may know them; where there is none, the id stands.
pub trait RuleNames {
    /// The name of an entity in a filter.
    fn value(&self, filter: FilterKey, id: &str) -> Option<String>;
    /// The name of a saved token.
    fn connection(&self, id: &ConnectionId) -> Option<String>;
    /// The name of a preset.
    fn preset(&self, id: &PresetId) -> Option<String>;
}

/// No names at all.
impl RuleNames for () {
    fn value(&self, _: FilterKey, _: &str) -> Option<String> {
        None
    }

    fn connection(&self, _: &ConnectionId) -> Option<String> {
        None
    }

    fn preset(&self, _: &PresetId) -> Option<String> {
        None
    }
}

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name in data, such as `filters.price`.
    pub field: String,
    /// Its name in the form, such as "Price Restrictions".
    pub label: String,
    /// What it said before; `None` for nothing.
    pub before: Option<String>,
    /// What it says now; `None` for nothing.
    pub after: Option<String>,
    /// Of a list that still asks the same question: the values that came.
    pub added: Vec<String>,
    /// …and those that went.
    pub removed: Vec<String>,
}

impl FieldChange {
    /// Whether it is best told by what came and what went.
    #[must_use]
    pub fn is_list(&self) -> bool {
        !self.added.is_empty() || !self.removed.is_empty()
    }
}

/// "Price Restrictions: Price 10.00 – 50.00 → Price is at least 20.00", "Channel: added Blue 2; removed Blue 1".
impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.label)?;
        if self.is_list() {
            let told = [("added", &self.added), ("removed", &self.removed)]
                .into_iter()
                .filter(|(_, values)| !values.is_empty())
                .map(|(verb, values)| format!("{verb} {}", values.join(", ")))
                .collect::<Vec<_>>();
            return f.write_str(&told.join("; "));
        }
        let said = |side: &Option<String>| side.clone().unwrap_or_else(|| "none".to_owned());
        write!(f, "{} → {}", said(&self.before), said(&self.after))
    }
}

/// Every field in which the two differ, in the order of the form. Empty when they say the same. Where a rule lives is
/// no field of it.
#[must_use]
pub fn rule_diff(before: &Rule, after: &Rule, names: &dyn RuleNames) -> Vec<FieldChange> {
    let mut diff = Diff(Vec::new());
    diff.field("trigger", "Trigger", before.trigger, after.trigger, |trigger| {
        Some(trigger.label())
    });
    for key in FilterKey::LISTS {
        let old = before.filters.lists.get(&key);
        diff.list(key, old, after.filters.lists.get(&key), names);
    }
    diff.field(
        "filters.price",
        filter_label(FilterKey::Price),
        before.filters.price,
        after.filters.price,
        |price| price.map(price_line),
    );
    diff.field(
        "include_test",
        "Also for test leads",
        before.includes_test_leads,
        after.includes_test_leads,
        yes_or_no,
    );
    diff.field(
        "include_duplicates",
        "Also for repeated ping backs",
        before.includes_duplicates,
        after.includes_duplicates,
        yes_or_no,
    );
    let (old, new) = (&before.action, &after.action);
    diff.field(
        "action.connection_id",
        "Saved connection",
        &old.connection,
        &new.connection,
        |id| Some(names.connection(id).unwrap_or_else(|| id.to_string())),
    );
    diff.target(&old.target, &new.target);
    diff.field(
        "action.text",
        "Message Text",
        old.template.text(),
        new.template.text(),
        some_text,
    );
    diff.field(
        "action.personal_data",
        "Show personal data unmasked",
        old.shows_personal_data,
        new.shows_personal_data,
        yes_or_no,
    );
    for (before, after) in old.sending.facts().into_iter().zip(new.sending.facts()) {
        diff.field(before.0, before.1, before.2, after.2, |said| said);
    }
    for (before, after) in old.layout.facts().into_iter().zip(new.layout.facts()) {
        diff.field(before.0, before.1, before.2, after.2, |said| said);
    }
    diff.field(
        "name",
        "Name",
        before.name.as_str(),
        after.name.as_str(),
        some_text,
    );
    diff.field(
        "note",
        "Note",
        before.note.as_str(),
        after.note.as_str(),
        some_text,
    );
    diff.field(
        "preset_id",
        "Preset",
        before.preset.as_ref(),
        after.preset.as_ref(),
        |id| id.map(|id| names.preset(id).unwrap_or_else(|| id.to_string())),
    );
    diff.field("status", "Status", before.status, after.status, |status| {
        Some(status.label().to_owned())
    });
    diff.0
}

fn yes_or_no(on: bool) -> Option<String> {
    Some(if on { "Yes" } else { "No" }.to_owned())
}

fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// What was found so far.
struct Diff(Vec<FieldChange>);

impl Diff {
    fn field<T: PartialEq>(
        &mut self,
        field: &str,
        label: &str,
        before: T,
        after: T,
        said: impl Fn(T) -> Option<String>,
    ) {
        if before != after {
            self.0.push(FieldChange {
                field: field.to_owned(),
                label: label.to_owned(),
                before: said(before),
                after: said(after),
                added: Vec::new(),
                removed: Vec::new(),
            });
        }
    }

    fn list(
        &mut self,
        key: FilterKey,
        before: Option<&ListFilter>,
        after: Option<&ListFilter>,
        names: &dyn RuleNames,
    ) {
        let found = self.0.len();
        let name = |key: FilterKey, id: &str| names.value(key, id);
        self.field(
            &format!("filters.{}", key.key()),
            filter_label(key),
            before,
            after,
            |filter| filter.map(|filter| filter_line(key, filter, &name)),
        );
        let (Some(change), Some(before), Some(after)) = (self.0.get_mut(found), before, after) else {
            return;
        };
        // "Is any of" turned into "is none of" asks the opposite: then what came and went tells nothing.
        if std::mem::discriminant(before) == std::mem::discriminant(after) {
            let only_in = |one: &ListFilter, other: &ListFilter| {
                let ids = one.values().difference(other.values());
                ids.map(|id| name(key, id).unwrap_or_else(|| id.clone()))
                    .collect()
            };
            change.added = only_in(after, before);
            change.removed = only_in(before, after);
        }
    }

    fn target(&mut self, before: &Target, after: &Target) {
        let (field, label) = match (before, after) {
            (Target::Channel(_), Target::Channel(_)) => ("action.target.channel_id", "Slack Channel ID"),
            (Target::Member(_), Target::Member(_)) => ("action.target.member_id", "Slack Member ID"),
            _ => ("action.target", "Destination"),
        };
        self.field(field, label, before, after, |target| {
            Some(match target {
                Target::Channel(id) => format!("# {id}"),
                Target::Member(id) => format!("@ {id}"),
            })
        });
    }
}

#[cfg(test)]
mod tests;
