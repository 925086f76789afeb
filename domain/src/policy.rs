//! What a house decides for itself about who may do what: the cells that the specification leaves to a setting.

use serde::{Deserialize, Serialize};

use crate::role::Role;

/// The house's decisions. Everybody reads the same ones; they are changed on the settings page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Whether people of the role Compliance Publisher change the rules of publishers, or only look at them
    /// (`domain.md` matrix B).
    pub compliance_manages: bool,
    /// Whether buyers' people filter the rules of their campaigns by publisher, channel and source, and so see the names
    /// of all of them (`domain.md` matrices C and E: hidden by default).
    pub buyers_see_publishers: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            compliance_manages: true,
            buyers_see_publishers: false,
        }
    }
}

impl Policy {
    /// Whether nothing was decided otherwise than a new house has it.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What a form has to know of it for `role`: the filters of other roles are no business of this one.
    #[must_use]
    pub fn for_form(self, role: Role) -> Self {
        if role.is_of_buyers() {
            self
        } else {
            Self::default()
        }
    }

    /// Every policy there can be.
    #[must_use]
    pub fn all() -> [Policy; 4] {
        [(true, false), (true, true), (false, false), (false, true)].map(
            |(compliance_manages, buyers_see_publishers)| Policy {
                compliance_manages,
                buyers_see_publishers,
            },
        )
    }
}
