//! What the audit log tells of a change of a rule.

use leadbell_domain::{AuditAction, AuditId, Rule, StoredRule, Target, rule_diff};

use crate::{Actor, AuditEntry, AuditSubject, ChangeKind, StoreError};

/// Longest detail, in characters: a line, not a document. The whole change is in the rule's history.
const MAX_DETAIL: usize = 2_000;

/// The line of a change; `stored` is the rule as it is now.
pub(crate) fn rule_entry(
    before: Option<&Rule>,
    stored: &StoredRule,
    kind: ChangeKind,
    by: &Actor,
) -> Result<AuditEntry, StoreError> {
    let id = uuid::Uuid::now_v7().hyphenated().to_string();
    let id = AuditId::new(id).map_err(|error| StoreError::Inconsistent {
        table: "audit",
        row: stored.id.to_string(),
        detail: error.to_string(),
    })?;
    let rule = &stored.rule;
    let label = match rule.name.as_str() {
        "" => format!("Rule {}", stored.number),
        name => format!("Rule {} · {name}", stored.number),
    };
    Ok(AuditEntry {
        id,
        at: stored.updated_at,
        actor: by.clone(),
        action: action(kind),
        subject: AuditSubject {
            kind: "rule".to_owned(),
            id: Some(stored.id.to_string()),
            label,
            place: Some((rule.level, rule.entity.clone())),
        },
        platform: Some(rule.trigger.platform()),
        detail: short(&detail(before, rule, kind)),
    })
}

fn action(kind: ChangeKind) -> AuditAction {
    match kind {
        ChangeKind::Created => AuditAction::RuleCreated,
        ChangeKind::Edited => AuditAction::RuleChanged,
        ChangeKind::Enabled => AuditAction::RuleEnabled,
        ChangeKind::Disabled => AuditAction::RuleDisabled,
        ChangeKind::Deleted => AuditAction::RuleDeleted,
        ChangeKind::Restored => AuditAction::RuleRestored,
        ChangeKind::Preset => AuditAction::PresetApplied,
        ChangeKind::Imported => AuditAction::RuleImported,
    }
}

fn detail(before: Option<&Rule>, rule: &Rule, kind: ChangeKind) -> String {
    let target = match &rule.action.target {
        Target::Channel(id) => format!("channel {id}"),
        Target::Member(id) => format!("member {id}"),
    };
    match (before, kind) {
        (_, ChangeKind::Enabled | ChangeKind::Disabled) => String::new(),
        (None, _) | (_, ChangeKind::Deleted) => format!("{}, to {target}", rule.trigger.label()),
        // Ids, not names: those who read it later may find other names.
        (Some(before), _) => rule_diff(before, rule, &())
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; "),
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(MAX_DETAIL) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}
