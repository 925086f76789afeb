//! Presets: templates of rules that a product keeps. A preset is written and judged like a rule of its product, except
//! that it may leave open which token sends it and where to.

use serde_json::{Map, Value, json};

use crate::draft::{ACTION, personal_data_key};
use crate::{
    ConnectionId, DraftContext, EntityId, FieldErrors, FilterDraft, FilterKey, Level, PresetId, PriceDraft,
    RuleDraft, SecretText, Timestamp, Trigger, UserId, format_rfc3339,
};
use crate::{card, sending};

/// Stands in, while a preset is judged, for the connection that it leaves open.
const ANY_CONNECTION: &str = "00000000-0000-7000-8000-000000000000";
/// The same for a channel.
const ANY_CHANNEL: &str = "C00000000";

/// A preset as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its id.
    pub id: PresetId,
    /// The product it belongs to.
    pub product: EntityId,
    /// What it is made of; never a token. Its name is the preset's.
    pub draft: RuleDraft,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was made, UTC milliseconds.
    pub created_at: Timestamp,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: Timestamp,
    /// Who made it; `None` for one made through the REST interface.
    pub author: Option<UserId>,
}

impl Preset {
    /// The event its rules wait for.
    #[must_use]
    pub fn trigger(&self) -> Option<Trigger> {
        Trigger::from_key(&self.draft.trigger)
    }

    /// The draft of a new rule made from it.
    #[must_use]
    pub fn new_rule(&self) -> RuleDraft {
        RuleDraft {
            preset_id: self.id.to_string(),
            ..self.draft.clone()
        }
    }

    /// The contract's JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let draft = &self.draft;
        let text = |text: &str| {
            if text.is_empty() { Value::Null } else { json!(text) }
        };
        let target = match draft.target.as_str() {
            "channel" => json!({"channel_id": draft.channel_id}),
            "member" => json!({"member_id": draft.member_id}),
            _ => Value::Null,
        };
        json!({
            "id": self.id,
            "version": self.version,
            "product_id": self.product,
            "name": draft.name,
            "note": draft.note,
            "trigger": draft.trigger,
            "filters": filters_json(draft),
            "include_test": draft.include_test,
            "include_duplicates": draft.include_duplicates,
            "action": {
                "type": ACTION,
                "connection_id": text(&draft.connection_id),
                "target": target,
                "text": draft.text,
                "personal_data": personal_data_key(draft.personal_data == "shown"),
                "sending": sending_json(draft),
                "layout": layout_json(draft),
            },
            "created_at": format_rfc3339(self.created_at),
            "updated_at": format_rfc3339(self.updated_at),
        })
    }
}

/// Presets were judged before they were stored, so there is nothing to complain about.
fn sending_json(draft: &RuleDraft) -> Value {
    let mut errors = FieldErrors::new();
    let options = sending::parse(&draft.sending, None, Level::Product, &mut errors);
    sending::to_json(&options)
}

fn layout_json(draft: &RuleDraft) -> Value {
    let mut errors = FieldErrors::new();
    let layout = card::parse(&draft.layout, None, Level::Product, &mut errors);
    card::to_json(&layout)
}

fn filters_json(draft: &RuleDraft) -> Value {
    let mut filters = Map::new();
    for (key, filter) in &draft.filters {
        let mode = if filter.exclude { "none_of" } else { "any_of" };
        filters.insert(key.key().to_owned(), json!({mode: filter.values}));
    }
    if !draft.price.op.is_empty() {
        let PriceDraft { op, value, min, max } = &draft.price;
        let parts = [("op", op), ("value", value), ("min", min), ("max", max)];
        let price: Map<String, Value> = parts
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| (name.to_owned(), json!(text)))
            .collect();
        filters.insert(FilterKey::Price.key().to_owned(), Value::Object(price));
    }
    Value::Object(filters)
}

impl RuleDraft {
    /// The draft as a preset keeps it: tidied, without what belongs to a single rule. Every complaint stands at its
    /// field. The context is that of the product's rules.
    pub fn tidy_preset(&self, context: &DraftContext<'_>) -> Result<RuleDraft, FieldErrors> {
        let mut errors = FieldErrors::new();
        if self.name.trim().is_empty() {
            errors.add("name", "Give the preset a name.");
        }
        if !self.preset_id.trim().is_empty() {
            errors.add("preset_id", "A preset follows no other preset.");
        }
        if !self.auth_token.0.trim().is_empty() {
            errors.add(
                "action.auth_token",
                "A preset names a saved connection; a token is not kept in it.",
            );
        }
        let mut filled = RuleDraft {
            preset_id: String::new(),
            auth_token: SecretText::default(),
            status: String::new(),
            ..self.clone()
        };
        let any_connection = filled.connection_id.trim().is_empty();
        if any_connection {
            filled.connection_id = ANY_CONNECTION.to_owned();
        }
        let any_target = filled.target.is_empty();
        if any_target {
            "channel".clone_into(&mut filled.target);
            ANY_CHANNEL.clone_into(&mut filled.channel_id);
        }
        let parsed = match filled.parse(context) {
            Ok(parsed) => parsed,
            Err(wrong) => {
                errors.extend(wrong);
                return Err(errors);
            }
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        let connection = ConnectionId::new(filled.connection_id.trim()).map_err(|_| {
            FieldErrors::one("action.connection_id", "Choose a saved connection from the list.")
        })?;
        let mut tidy = RuleDraft::of_rule(&parsed.with_connection(connection));
        if any_connection {
            tidy.connection_id = String::new();
        }
        if any_target {
            tidy.target = String::new();
            tidy.channel_id = String::new();
        }
        tidy.status = String::new();
        Ok(tidy)
    }

    /// The rule as it follows its preset: what it has from any version of the preset before becomes what the preset says
    /// now; what the rule says for itself stays. What the preset leaves open stays, too.
    #[must_use]
    pub fn follow(&self, before: &[RuleDraft], now: &RuleDraft) -> RuleDraft {
        let mut rule = self.clone();
        // Takes one field over if the rule has it from the preset.
        fn take<T: PartialEq + Clone>(
            own: &mut T,
            before: &[RuleDraft],
            now: &RuleDraft,
            field: impl Fn(&RuleDraft) -> T,
        ) {
            if before.iter().any(|version| field(version) == *own) {
                *own = field(now);
            }
        }
        take(&mut rule.name, before, now, |draft| draft.name.clone());
        take(&mut rule.note, before, now, |draft| draft.note.clone());
        take(&mut rule.trigger, before, now, |draft| draft.trigger.clone());
        take(&mut rule.price, before, now, |draft| draft.price.clone());
        take(&mut rule.include_test, before, now, |draft| draft.include_test);
        take(&mut rule.include_duplicates, before, now, |draft| {
            draft.include_duplicates
        });
        take(&mut rule.text, before, now, |draft| draft.text.clone());
        take(&mut rule.personal_data, before, now, |draft| {
            draft.personal_data.clone()
        });
        take(&mut rule.sending, before, now, |draft| draft.sending.clone());
        take(&mut rule.layout, before, now, |draft| draft.layout.clone());
        for key in FilterKey::LISTS {
            let filter = |draft: &RuleDraft| draft.filters.get(&key).cloned().unwrap_or_default();
            let mut own: FilterDraft = filter(&rule);
            take(&mut own, before, now, filter);
            if own.values.is_empty() {
                rule.filters.remove(&key);
            } else {
                rule.filters.insert(key, own);
            }
        }
        if !now.connection_id.is_empty() {
            take(&mut rule.connection_id, before, now, |draft| {
                draft.connection_id.clone()
            });
        }
        if !now.target.is_empty() {
            let target = |draft: &RuleDraft| {
                (
                    draft.target.clone(),
                    draft.channel_id.clone(),
                    draft.member_id.clone(),
                )
            };
            let mut own = target(&rule);
            take(&mut own, before, now, target);
            (rule.target, rule.channel_id, rule.member_id) = own;
        }
        rule
    }
}

#[cfg(test)]
mod tests;
