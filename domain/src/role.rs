//! Who a person is in the business.

use serde::{Deserialize, Serialize};

/// The roles of `domain.md` §2 (the parent platform's own, plus QA).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, on both platforms.
    GlobalAdmin,
    /// Everything of LMS.
    LmsAdmin,
    /// Everything of Call Logic.
    CallLogicAdmin,
    /// Looks and tests; amounts masked.
    Support,
    /// Campaigns of the buyers he manages.
    BuyerAgent,
    /// Campaigns of the buyers assigned to him.
    BuyerEditor,
    /// Publishers he manages.
    PublisherAgent,
    /// All publishers, for compliance.
    CompliancePublisher,
    /// One publisher's own login.
    Publisher,
    /// Looks and tests on synthetic data.
    Qa,
}

impl Role {
    /// Every role, in the order in which lists show them.
    pub const ALL: [Role; 10] = [
        Role::GlobalAdmin,
        Role::LmsAdmin,
        Role::CallLogicAdmin,
        Role::Support,
        Role::BuyerAgent,
        Role::BuyerEditor,
        Role::PublisherAgent,
        Role::CompliancePublisher,
        Role::Publisher,
        Role::Qa,
    ];

    /// Whether this is a person on the buyers' side.
    #[must_use]
    pub const fn is_of_buyers(self) -> bool {
        matches!(self, Role::BuyerAgent | Role::BuyerEditor)
    }

    /// The name used in settings, on the command line and in the database.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Role::GlobalAdmin => "global_admin",
            Role::LmsAdmin => "lms_admin",
            Role::CallLogicAdmin => "call_logic_admin",
            Role::Support => "support",
            Role::BuyerAgent => "buyer_agent",
            Role::BuyerEditor => "buyer_editor",
            Role::PublisherAgent => "publisher_agent",
            Role::CompliancePublisher => "compliance_publisher",
            Role::Publisher => "publisher",
            Role::Qa => "qa",
        }
    }

    /// The name shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Role::GlobalAdmin => "Global Admin",
            Role::LmsAdmin => "LMS Admin",
            Role::CallLogicAdmin => "Call Logic Admin",
            Role::Support => "Support",
            Role::BuyerAgent => "Buyer Agent",
            Role::BuyerEditor => "Buyer Editor",
            Role::PublisherAgent => "Publisher Agent",
            Role::CompliancePublisher => "Compliance Publisher",
            Role::Publisher => "Publisher",
            Role::Qa => "QA",
        }
    }

    /// The role of this key; hyphens and spaces are taken for underscores, case is ignored ("Global Admin").
    #[must_use]
    pub fn from_key(key: &str) -> Option<Role> {
        let key = key.trim().to_ascii_lowercase().replace(['-', ' '], "_");
        Role::ALL.into_iter().find(|role| role.key() == key)
    }
}
