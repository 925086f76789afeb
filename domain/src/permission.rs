//! The one permission table: which role may do what at which level, and how far.
//!
//! Pages, server functions and REST all ask here (`domain.md` matrix B). The answer is a [`Scope`], which the store
//! puts into the query itself: a row outside it is not found, whoever asks for it.

mod connections;

use crate::{EntityId, EntityKind, FilterKey, Level, Platform, Policy, Role, UserId, matrix::role_offers};

pub use connections::{ConnectionReach, connection_reach};

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// See rules, and the entity they live on.
    View,
    /// Add, edit, enable, disable and delete rules.
    Manage,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Verb; 2] = [Verb::View, Verb::Manage];
}

/// How far a permission reaches, before it is known whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    Nothing,
    /// Everything.
    All,
    /// Everything of one platform.
    Platform(Platform),
    /// The publishers assigned to the person.
    OwnPublishers,
    /// The buyers assigned to the person, and their campaigns.
    OwnBuyers,
}

/// Matrix B as data, with what this house decided.
#[must_use]
pub fn reach(role: Role, policy: Policy, level: Level, verb: Verb) -> Reach {
    use Level::{Campaign, Product, Publisher};
    match (role, level) {
        (Role::GlobalAdmin, _) => Reach::All,
        (Role::LmsAdmin, _) => Reach::Platform(Platform::Lms),
        (Role::CallLogicAdmin, _) => Reach::Platform(Platform::CallLogic),
        (Role::Support | Role::Qa, _) => match verb {
            Verb::View => Reach::All,
            Verb::Manage => Reach::Nothing,
        },
        (Role::BuyerAgent | Role::BuyerEditor, Campaign) => Reach::OwnBuyers,
        (Role::BuyerAgent | Role::BuyerEditor, Product | Publisher) => Reach::Nothing,
        (Role::PublisherAgent | Role::Publisher, Publisher) => Reach::OwnPublishers,
        (Role::CompliancePublisher, Publisher) => match verb {
            Verb::Manage if !policy.compliance_manages => Reach::Nothing,
            _ => Reach::All,
        },
        (Role::PublisherAgent | Role::CompliancePublisher | Role::Publisher, Product | Campaign) => {
            Reach::Nothing
        }
    }
}

/// What there is to see and do beside the rules of one entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Duty {
    /// People, their roles and what they manage; API keys.
    Users,
    /// Who changed what ([`Verb::View`] only).
    Audit,
    /// Entering and changing products, campaigns, buyers, publishers, channels, sources and pingtrees. Looking at them
    /// is [`Viewer::catalog_scope`].
    Catalog,
    /// All rules at once, as a file: [`Verb::View`] is the export, [`Verb::Manage`] the import.
    RuleData,
    /// What the house settles for itself.
    Settings,
}

impl Duty {
    /// Every duty.
    pub const ALL: [Duty; 5] = [
        Duty::Users,
        Duty::Audit,
        Duty::Catalog,
        Duty::RuleData,
        Duty::Settings,
    ];
}

/// Who has which duty. Presets are not here: they are rules of the product level in all but effect, and follow
/// [`reach`] of that level.
#[must_use]
pub fn duty_reach(role: Role, duty: Duty, verb: Verb) -> Reach {
    match (role, duty, verb) {
        (_, Duty::Audit, Verb::Manage) => Reach::Nothing,
        (Role::GlobalAdmin, _, _) => Reach::All,
        // People work on both platforms: only who is answerable for both admits them.
        (_, Duty::Users, _) => Reach::Nothing,
        // A setting holds for both platforms.
        (_, Duty::Settings, _) => Reach::Nothing,
        (Role::LmsAdmin, _, _) => Reach::Platform(Platform::Lms),
        (Role::CallLogicAdmin, _, _) => Reach::Platform(Platform::CallLogic),
        _ => Reach::Nothing,
    }
}

/// Whether a role may let messages show personal data (a lead's own fields, phone numbers) unmasked, where the rule
/// says so: administrators and compliance by their office (`domain.md` matrix B, "sensitive"), a publisher because the
/// leads are his own.
#[must_use]
pub fn may_show_personal_data(role: Role) -> bool {
    matches!(
        role,
        Role::GlobalAdmin
            | Role::LmsAdmin
            | Role::CallLogicAdmin
            | Role::CompliancePublisher
            | Role::Publisher
    )
}

/// Whether a role reads the log of what happened (`domain.md` matrix B): all but QA, who sees test runs only.
#[must_use]
pub fn may_read_log(role: Role) -> bool {
    role != Role::Qa
}

/// Whether a role sees amounts in the log: Support sees all of it with its money masked.
#[must_use]
pub fn may_see_money(role: Role) -> bool {
    !matches!(role, Role::Support | Role::Qa)
}

/// Whether a role may try rules on events that have happened and see what they would say: QA works with made-up data
/// only (`domain.md` matrix B).
#[must_use]
pub fn may_try_real_events(role: Role) -> bool {
    role != Role::Qa
}

/// Whose data a query may touch. Goes into the `WHERE` clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Nothing at all: the query answers as if the data did not exist.
    Nothing,
    /// Everything.
    All,
    /// What belongs to one platform (a publisher belongs to both).
    Platform(Platform),
    /// These publishers and what is theirs.
    Publishers(Vec<EntityId>),
    /// These buyers and their campaigns.
    Buyers(Vec<EntityId>),
}

impl Scope {
    /// Whether nothing can ever be found in it.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        match self {
            Scope::Nothing => true,
            Scope::Publishers(ids) | Scope::Buyers(ids) => ids.is_empty(),
            Scope::All | Scope::Platform(_) => false,
        }
    }
}

/// Who is asking: a person, or an API key (which acts as a Global Admin within its own scopes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The person; `None` for an API key.
    pub user: Option<UserId>,
    /// Their role.
    pub role: Role,
    /// The publishers they manage or are.
    pub publishers: Vec<EntityId>,
    /// The buyers they manage.
    pub buyers: Vec<EntityId>,
    /// Whether somebody let them change, for a time, the rules they otherwise only see. Means something only for roles
    /// of [`may_be_elevated`].
    pub elevated: bool,
    /// What the house decided about who may do what.
    pub policy: Policy,
}

/// Whether people of this role can be let change rules for a time (`domain.md` matrix B: Support views and tries, and
/// manages only while he is elevated).
#[must_use]
pub fn may_be_elevated(role: Role) -> bool {
    role == Role::Support
}

impl Viewer {
    /// How far this viewer may go with the rules of a level.
    #[must_use]
    pub fn scope(&self, level: Level, verb: Verb) -> Scope {
        // Who is elevated manages what he sees, and nothing beyond.
        let verb = if self.elevated && may_be_elevated(self.role) {
            Verb::View
        } else {
            verb
        };
        self.scope_of(reach(self.role, self.policy, level, verb))
    }

    /// How far a duty of this viewer goes.
    #[must_use]
    pub fn duty(&self, duty: Duty, verb: Verb) -> Scope {
        self.scope_of(duty_reach(self.role, duty, verb))
    }

    fn scope_of(&self, reach: Reach) -> Scope {
        match reach {
            Reach::Nothing => Scope::Nothing,
            Reach::All => Scope::All,
            Reach::Platform(platform) => Scope::Platform(platform),
            Reach::OwnPublishers => Scope::Publishers(self.publishers.clone()),
            Reach::OwnBuyers => Scope::Buyers(self.buyers.clone()),
        }
    }

    /// The entries of the catalog this viewer may see, for lists and for filter options. Whoever is confined to
    /// publishers sees publishers, channels and sources of theirs, and never a buyer, campaign or pingtree.
    #[must_use]
    pub fn catalog_scope(&self, kind: EntityKind) -> Scope {
        if let Some(level) = kind.level() {
            return self.scope(level, Verb::View);
        }
        match kind {
            EntityKind::Channel | EntityKind::Source => self.scope(Level::Publisher, Verb::View),
            EntityKind::Buyer => self.scope(Level::Campaign, Verb::View),
            // The trees that hold campaigns of one's buyers, for who looks after buyers; else staff of the product
            // level only, for a tree names campaigns of many buyers.
            _ => match self.scope(Level::Campaign, Verb::View) {
                Scope::Buyers(buyers) => Scope::Buyers(buyers),
                _ => self.scope(Level::Product, Verb::View),
            },
        }
    }

    /// The entries that this viewer may name in filters: those of the catalog he sees, and what the house opened to him.
    #[must_use]
    pub fn filter_scope(&self, kind: EntityKind) -> Scope {
        let opened = matches!(
            kind,
            EntityKind::Publisher | EntityKind::Channel | EntityKind::Source
        );
        match self.role {
            Role::BuyerAgent | Role::BuyerEditor if opened && self.policy.buyers_see_publishers => Scope::All,
            _ => self.catalog_scope(kind),
        }
    }

    /// Whether a filter that somebody else set may not be read by this viewer, on a rule that he does see.
    #[must_use]
    pub fn is_withheld(&self, filter: FilterKey) -> bool {
        // A Method filter tells nothing of anybody; who may not set it may read it.
        filter != FilterKey::Method && !role_offers(filter, self.role, self.policy)
    }

    /// Whether buyer-side data (buyers, campaigns, pingtrees, prices other than the earning) must stay hidden.
    #[must_use]
    pub fn is_publisher_side(&self) -> bool {
        matches!(
            self.role,
            Role::Publisher | Role::PublisherAgent | Role::CompliancePublisher
        )
    }
}

#[cfg(test)]
mod tests;
