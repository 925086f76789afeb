//! What the audit log tells of.

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditAction {
    /// A tracking rule was added.
    RuleCreated,
    /// A tracking rule was changed.
    RuleChanged,
    /// A tracking rule was enabled.
    RuleEnabled,
    /// A tracking rule was disabled.
    RuleDisabled,
    /// A tracking rule was deleted.
    RuleDeleted,
    /// A tracking rule was put back to what it was once.
    RuleRestored,
    /// A tracking rule came in from a file.
    RuleImported,
    /// A preset was added.
    PresetCreated,
    /// A preset was changed.
    PresetChanged,
    /// A preset was deleted.
    PresetDeleted,
    /// A tracking rule followed a change of its preset.
    PresetApplied,
    /// An entry of the catalog was changed by hand.
    CatalogChanged,
    /// Entries of the catalog came in from a file.
    CatalogImported,
    /// A person was added.
    UserCreated,
    /// A person, his role or what he manages was changed.
    UserChanged,
    /// A person may not log in any more.
    UserDisabled,
    /// A person may log in again.
    UserEnabled,
    /// A person may change rules for a time.
    UserElevated,
    /// A person may change rules no more.
    UserElevationEnded,
    /// A one-time link to choose a password was made for a person.
    UserPasswordLink,
    /// A password was chosen by a one-time link.
    UserPasswordReset,
    /// A person changed his own password.
    UserPasswordChanged,
    /// An API key was made.
    KeyCreated,
    /// An API key was revoked.
    KeyRevoked,
    /// A Slack token was stored.
    ConnectionAdded,
    /// A connection got another name or another token.
    ConnectionChanged,
    /// A connection was removed, and its token forgotten.
    ConnectionRemoved,
    /// Stored secrets were encrypted with a new key.
    SecretsRotated,
    /// Messages that had not arrived were sent again.
    DeliveriesResent,
    /// A person said whether an uncertain message had arrived.
    DeliverySettled,
    /// Messages that waited for a refused channel or member were given up.
    DeliveriesGivenUp,
    /// A refused channel or member was tried again.
    DestinationRetried,
    /// Where an owner of connections is told of trouble was changed.
    AlertsChanged,
    /// What the house settles for itself was changed.
    SettingsChanged,
    /// The personal data of an event was shown to a person who asked for it.
    EventRevealed,
    /// Something was refused that the pages never offer to whoever asked for it.
    RequestRefused,
}

impl AuditAction {
    /// Every action, in the order in which lists show them.
    pub const ALL: [AuditAction; 36] = [
        AuditAction::RuleCreated,
        AuditAction::RuleChanged,
        AuditAction::RuleEnabled,
        AuditAction::RuleDisabled,
        AuditAction::RuleDeleted,
        AuditAction::RuleRestored,
        AuditAction::RuleImported,
        AuditAction::PresetCreated,
        AuditAction::PresetChanged,
        AuditAction::PresetDeleted,
        AuditAction::PresetApplied,
        AuditAction::CatalogChanged,
        AuditAction::CatalogImported,
        AuditAction::UserCreated,
        AuditAction::UserChanged,
        AuditAction::UserDisabled,
        AuditAction::UserEnabled,
        AuditAction::UserElevated,
        AuditAction::UserElevationEnded,
        AuditAction::UserPasswordLink,
        AuditAction::UserPasswordReset,
        AuditAction::UserPasswordChanged,
        AuditAction::KeyCreated,
        AuditAction::KeyRevoked,
        AuditAction::ConnectionAdded,
        AuditAction::ConnectionChanged,
        AuditAction::ConnectionRemoved,
        AuditAction::SecretsRotated,
        AuditAction::DeliveriesResent,
        AuditAction::DeliverySettled,
        AuditAction::DeliveriesGivenUp,
        AuditAction::DestinationRetried,
        AuditAction::AlertsChanged,
        AuditAction::SettingsChanged,
        AuditAction::EventRevealed,
        AuditAction::RequestRefused,
    ];

    /// The name in data and addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.names().0
    }

    /// The name shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            AuditAction::RuleCreated => ("rule.created", "Rule added"),
            AuditAction::RuleChanged => ("rule.changed", "Rule changed"),
            AuditAction::RuleEnabled => ("rule.enabled", "Rule enabled"),
            AuditAction::RuleDisabled => ("rule.disabled", "Rule disabled"),
            AuditAction::RuleDeleted => ("rule.deleted", "Rule deleted"),
            AuditAction::RuleRestored => ("rule.restored", "Rule restored"),
            AuditAction::RuleImported => ("rule.imported", "Rule imported"),
            AuditAction::PresetCreated => ("preset.created", "Preset added"),
            AuditAction::PresetChanged => ("preset.changed", "Preset changed"),
            AuditAction::PresetDeleted => ("preset.deleted", "Preset deleted"),
            AuditAction::PresetApplied => ("rule.preset_applied", "Preset applied to rule"),
            AuditAction::CatalogChanged => ("catalog.changed", "Catalog changed"),
            AuditAction::CatalogImported => ("catalog.imported", "Catalog imported"),
            AuditAction::UserCreated => ("user.created", "User added"),
            AuditAction::UserChanged => ("user.changed", "User changed"),
            AuditAction::UserDisabled => ("user.disabled", "User disabled"),
            AuditAction::UserEnabled => ("user.enabled", "User enabled"),
            AuditAction::UserElevated => ("user.elevated", "User may change rules"),
            AuditAction::UserElevationEnded => ("user.elevation_ended", "User may only view rules"),
            AuditAction::UserPasswordLink => ("user.password_link", "Password link made"),
            AuditAction::UserPasswordReset => ("user.password_reset", "Password reset"),
            AuditAction::UserPasswordChanged => ("user.password_changed", "Password changed"),
            AuditAction::KeyCreated => ("key.created", "API key made"),
            AuditAction::KeyRevoked => ("key.revoked", "API key revoked"),
            AuditAction::ConnectionAdded => ("connection.added", "Connection added"),
            AuditAction::ConnectionChanged => ("connection.changed", "Connection changed"),
            AuditAction::ConnectionRemoved => ("connection.removed", "Connection removed"),
            AuditAction::SecretsRotated => ("secrets.rotated", "Encryption key exchanged"),
            AuditAction::DeliveriesResent => ("deliveries.resent", "Messages sent again"),
            AuditAction::DeliverySettled => ("delivery.settled", "Uncertain message settled"),
            AuditAction::DeliveriesGivenUp => ("deliveries.given_up", "Messages given up"),
            AuditAction::DestinationRetried => ("destination.retried", "Channel or member tried again"),
            AuditAction::AlertsChanged => ("alerts.changed", "Alert destination changed"),
            AuditAction::SettingsChanged => ("settings.changed", "Settings changed"),
            AuditAction::EventRevealed => ("event.revealed", "Personal data of an event shown"),
            AuditAction::RequestRefused => ("request.refused", "Request refused"),
        }
    }

    /// The action of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<AuditAction> {
        AuditAction::ALL.into_iter().find(|action| action.key() == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_found_by_its_key() {
        for action in AuditAction::ALL {
            assert_eq!(AuditAction::from_key(action.key()), Some(action));
        }
        assert_eq!(AuditAction::from_key("rule.eaten"), None);
    }
}
