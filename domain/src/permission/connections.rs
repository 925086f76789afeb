//! The same table for Slack connections: who may see and use a token, and who may rename, replace or remove one.

use super::{Verb, Viewer};
use crate::Role;

/// How far somebody may go with connections. Those of the house belong to nobody in particular; a publisher's own are
/// his.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionReach {
    /// Not at all.
    Nothing,
    /// Those of the person's publishers.
    Own,
    /// Those of the house, and those of the person's publishers.
    HouseAndOwn,
    /// All of them.
    All,
}

/// Who may see connections (and use them in the rules he writes), and who may change them. Whoever may write rules
/// needs a token for them; support and QA look only. An agent does not learn of publishers that are not his.
#[must_use]
pub fn connection_reach(role: Role, verb: Verb) -> ConnectionReach {
    match (role, verb) {
        (Role::GlobalAdmin | Role::LmsAdmin | Role::CallLogicAdmin | Role::CompliancePublisher, _)
        | (Role::Support | Role::Qa, Verb::View) => ConnectionReach::All,
        (Role::Support | Role::Qa, Verb::Manage) => ConnectionReach::Nothing,
        (Role::BuyerAgent | Role::BuyerEditor | Role::PublisherAgent, _) => ConnectionReach::HouseAndOwn,
        (Role::Publisher, _) => ConnectionReach::Own,
    }
}

impl Viewer {
    /// How far this viewer may go with connections.
    #[must_use]
    pub fn connections(&self, verb: Verb) -> ConnectionReach {
        connection_reach(self.role, verb)
    }

    /// Whether this viewer may lead a connection to another Slack workspace, by which every message of every rule that
    /// uses it goes elsewhere: whoever answers for all of those rules.
    #[must_use]
    pub fn may_move_connections(&self) -> bool {
        matches!(
            self.role,
            Role::GlobalAdmin | Role::LmsAdmin | Role::CallLogicAdmin | Role::Publisher
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Level;

    /// The whole table, walked. A all, h the house's and one's own, o one's own, - nothing: seeing, then changing.
    #[test]
    fn every_role_reaches_the_connections_it_needs_and_no_others() {
        let expected = [
            (Role::GlobalAdmin, "AA"),
            (Role::LmsAdmin, "AA"),
            (Role::CallLogicAdmin, "AA"),
            (Role::Support, "A-"),
            (Role::BuyerAgent, "hh"),
            (Role::BuyerEditor, "hh"),
            (Role::PublisherAgent, "hh"),
            (Role::CompliancePublisher, "AA"),
            (Role::Publisher, "oo"),
            (Role::Qa, "A-"),
        ];
        assert_eq!(expected.len(), Role::ALL.len());
        for (role, wanted) in expected {
            let found: String = Verb::ALL
                .into_iter()
                .map(|verb| match connection_reach(role, verb) {
                    ConnectionReach::Nothing => '-',
                    ConnectionReach::Own => 'o',
                    ConnectionReach::HouseAndOwn => 'h',
                    ConnectionReach::All => 'A',
                })
                .collect();
            assert_eq!(found, wanted, "{}", role.label());
        }
    }

    #[test]
    fn whoever_may_write_rules_anywhere_may_change_a_connection_and_nobody_else() {
        for role in Role::ALL {
            let viewer = Viewer {
                policy: crate::Policy::default(),
                user: None,
                role,
                publishers: vec![crate::EntityId::new("1044").unwrap()],
                buyers: vec![crate::EntityId::new("402").unwrap()],
                elevated: false,
            };
            let writes = Level::ALL
                .into_iter()
                .any(|level| !viewer.scope(level, Verb::Manage).is_nothing());
            let changes = viewer.connections(Verb::Manage) != ConnectionReach::Nothing;
            assert_eq!(writes, changes, "{}", role.label());
            assert!(
                changes || !viewer.may_move_connections(),
                "{} moves what he may not change",
                role.label()
            );
        }
    }
}
