//! One rule of a file, as far as it can be read without asking anybody.

use leadbell_domain::{ConnectionId, EntityId, FieldErrors, Level, RuleDraft, RuleId};
use leadbell_store::Connection;
use serde_json::{Map, Value};

use crate::rule_place::place;

/// A rule of a file.
#[derive(Debug)]
pub(super) struct Item {
    /// Which rule it says it is.
    pub id: Option<RuleId>,
    /// Where it lives.
    pub level: Level,
    /// The product, campaign or publisher.
    pub entity: EntityId,
    /// Everything else.
    pub draft: RuleDraft,
}

/// What a person calls the rule, whatever else is wrong with it.
pub(super) fn name_of(json: &Value) -> String {
    let name = json.get("name").and_then(Value::as_str).unwrap_or_default();
    name.trim().chars().take(100).collect()
}

/// Reads a rule, or says everything that is wrong with how it is written. Connections are those that may be named.
pub(super) fn read(json: &Value, connections: &[Connection]) -> Result<Item, FieldErrors> {
    let Value::Object(map) = json else {
        return Err(FieldErrors::one("", "A rule is an object."));
    };
    let mut errors = FieldErrors::new();
    let id = match map.get("id") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => errors.keep("id", RuleId::new(text.clone())),
        Some(_) => {
            errors.add("id", "Expected text.");
            None
        }
    };
    let place = place(json).map_err(|wrong| errors.extend(wrong)).ok();
    let mut map = map.clone();
    if let Some(Value::Object(action)) = map.get_mut("action") {
        name_connection(action, connections, &mut errors);
    }
    let draft = RuleDraft::from_json(&Value::Object(map))
        .map_err(|wrong| errors.extend(wrong))
        .ok();
    match (place, draft) {
        (Some((level, entity)), Some(draft)) if errors.is_empty() => Ok(Item {
            id,
            level,
            entity,
            draft,
        }),
        _ => Err(errors),
    }
}

/// Puts the id of the connection where the contract has it. A file names a connection by its id, and so that it can be
/// taken to another Leadbell also by its name and workspace; it never holds a token.
fn name_connection(action: &mut Map<String, Value>, connections: &[Connection], errors: &mut FieldErrors) {
    if action.remove("auth_token").is_some_and(|token| !token.is_null()) {
        errors.add(
            "action.auth_token",
            "A file holds no tokens. Save the connection first and name it here.",
        );
    }
    let field = "action.connection";
    let named = match action.remove("connection") {
        None | Some(Value::Null) => None,
        Some(Value::Object(named)) => Some(named),
        Some(_) => {
            errors.add(field, "Expected an object with id, name and workspace.");
            return;
        }
    };
    if named.is_some() && action.get("connection_id").is_some_and(|id| !id.is_null()) {
        errors.add(field, "Name it either here or in connection_id.");
        return;
    }
    let Some(named) = named else {
        if action.get("connection_id").is_none_or(Value::is_null) {
            errors.add(
                field,
                "Name a saved connection by its id, or by its name and workspace.",
            );
            // So that nobody asks for a token instead.
            action.insert("connection_id".to_owned(), Value::String("-".to_owned()));
        }
        return;
    };
    for name in named.keys() {
        if !matches!(name.as_str(), "id" | "name" | "workspace") {
            errors.add(
                format!("{field}.{name}"),
                "There is no such field; there are id, name, workspace.",
            );
        }
    }
    let text = |name: &str| named.get(name).and_then(Value::as_str);
    match find(connections, text("id"), text("name"), text("workspace")) {
        Ok(id) => {
            action.insert("connection_id".to_owned(), Value::String(id.to_string()));
        }
        Err(message) => {
            errors.add(field, message);
            action.insert("connection_id".to_owned(), Value::String("-".to_owned()));
        }
    }
}

fn find<'a>(
    connections: &'a [Connection],
    id: Option<&str>,
    name: Option<&str>,
    workspace: Option<&str>,
) -> Result<&'a ConnectionId, &'static str> {
    let by_id = connections.iter().find(|known| Some(known.id.as_str()) == id);
    if let Some(known) = by_id {
        return Ok(&known.id);
    }
    let Some(name) = name else {
        return Err(
            "There is no saved connection of this id. Save it first, or give its name and workspace.",
        );
    };
    let mut same = connections.iter().filter(|known| {
        known.name == name && workspace.is_none_or(|workspace| known.team.as_deref() == Some(workspace))
    });
    match (same.next(), same.next()) {
        (Some(known), None) => Ok(&known.id),
        (None, _) => Err("There is no saved connection of this id or name. Save it first."),
        (Some(_), Some(_)) => Err("Several saved connections have this name. Say which by its id."),
    }
}

#[cfg(test)]
mod tests {
    use leadbell_domain::TokenKind;
    use leadbell_store::{ConnectionOwner, ConnectionStatus};
    use serde_json::json;

    use super::*;

    const ONE: &str = "01931c3e-7b1a-7c3e-8a55-0242ac120001";
    const TWO: &str = "01931c3e-7b1a-7c3e-8a55-0242ac120002";

    fn connection(id: &str, name: &str, team: &str) -> Connection {
        Connection {
            id: ConnectionId::new(id).unwrap(),
            name: name.to_owned(),
            owner: ConnectionOwner::Staff,
            kind: TokenKind::Bot,
            hint: "xoxb-…0001".to_owned(),
            team: Some(team.to_owned()),
            team_id: None,
            user_name: None,
            scopes: Vec::new(),
            status: ConnectionStatus::Ok,
            last_error: None,
            broken_since: None,
            created_at: 0,
            checked_at: None,
        }
    }

    fn read_with(connection_json: Value) -> Result<Item, FieldErrors> {
        let known = [
            connection(ONE, "Sales bot", "East"),
            connection(TWO, "Sales bot", "West"),
        ];
        let rule = json!({"level": "product", "entity_id": 218, "trigger": "lms.lead_sold", "action": {
            "connection": connection_json, "target": {"channel_id": "C0SALES01"}, "text": "x",
        }});
        read(&rule, &known)
    }

    #[test]
    fn a_connection_is_named_by_id_or_else_by_name_and_workspace() {
        for (named, expected) in [
            (json!({"id": ONE, "name": "Old name"}), ONE),
            (
                json!({"id": "01931c3e-7b1a-7c3e-8a55-0242ac120009", "name": "Sales bot", "workspace": "West"}),
                TWO,
            ),
            (json!({"name": "Sales bot", "workspace": "East"}), ONE),
        ] {
            assert_eq!(read_with(named).unwrap().draft.connection_id, expected);
        }
        for wrong in [
            json!({"name": "Sales bot"}),
            json!({"name": "Other bot"}),
            json!({"id": "01931c3e-7b1a-7c3e-8a55-0242ac120009"}),
            json!({}),
            json!(null),
            json!("Sales bot"),
        ] {
            let errors = read_with(wrong.clone()).unwrap_err();
            assert_eq!(errors.0.len(), 1, "{wrong}: {errors}");
            assert!(errors.of("action.connection").is_some(), "{wrong}: {errors}");
        }
        let errors = read_with(json!({"id": ONE, "token": "xoxb-1"})).unwrap_err();
        assert!(errors.of("action.connection.token").is_some(), "{errors}");
    }

    #[test]
    fn everything_wrong_is_said_at_once_and_tokens_are_refused_unread() {
        let rule = json!({"id": "7", "level": "galaxy", "colour": "red", "action": {"auth_token": "xoxb-123456789-secret", "text": 5}});
        let errors = read(&rule, &[]).unwrap_err();
        for field in [
            "id",
            "level",
            "entity_id",
            "colour",
            "action.auth_token",
            "action.connection",
            "action.text",
        ] {
            assert!(errors.of(field).is_some(), "{field}: {errors}");
        }
        assert!(!errors.to_string().contains("secret"));
        assert!(read(&json!([]), &[]).is_err());
    }
}
