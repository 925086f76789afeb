//! Where a rule that is sent wants to live.

use leadbell_domain::{EntityId, FieldErrors, Level};
use serde_json::Value;

/// The level and the product, campaign or publisher that a rule's JSON names.
pub fn place(json: &Value) -> Result<(Level, EntityId), FieldErrors> {
    let mut errors = FieldErrors::new();
    let level = json
        .get("level")
        .and_then(Value::as_str)
        .and_then(Level::from_key);
    if level.is_none() {
        errors.add("level", "The level is product, campaign or publisher.");
    }
    let id = match json.get("entity_id") {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    };
    let entity = match id {
        Some(id) => errors.keep("entity_id", EntityId::new(id)),
        None => {
            errors.add("entity_id", "This field is required.");
            None
        }
    };
    match (level, entity) {
        (Some(level), Some(entity)) => Ok((level, entity)),
        _ => Err(errors),
    }
}
