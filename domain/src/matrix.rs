//! Which filters a rule form offers: `domain.md` matrices C (level), D (trigger) and E (role), all as data.
//!
//! A filter is offered where all three agree. Pages, server functions and REST read this one table.

use serde::{Deserialize, Serialize};

use crate::{FilterKey, Level, Platform, Policy, PriceOp, Role, Trigger};

/// What a rule form of one role, level and trigger offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormFields {
    /// The filters, in the order of the form.
    pub filters: Vec<FilterKey>,
    /// The price operators, empty without a price filter.
    pub price_ops: Vec<PriceOp>,
}

/// The seed's field names.
#[must_use]
pub fn filter_label(filter: FilterKey) -> &'static str {
    match filter {
        FilterKey::Method => "Method",
        FilterKey::Publisher => "Publisher",
        FilterKey::Channel => "Channel",
        FilterKey::Source => "Source",
        FilterKey::Buyer => "Buyer",
        FilterKey::Campaign => "Campaign",
        FilterKey::Pingtree => "Pingtree",
        FilterKey::Price => "Price Restrictions",
    }
}

/// Matrix C: filter × level. What the level fixes, or what a publisher must not learn, is no choice there.
fn level_offers(filter: FilterKey, level: Level) -> bool {
    match (filter, level) {
        (FilterKey::Method | FilterKey::Channel | FilterKey::Source | FilterKey::Price, _) => true,
        (FilterKey::Publisher, level) => level != Level::Publisher,
        (FilterKey::Buyer | FilterKey::Campaign, level) => level == Level::Product,
        (FilterKey::Pingtree, level) => level != Level::Publisher,
    }
}

/// Matrix D: filter × trigger. A field the event does not have is no filter.
fn trigger_offers(filter: FilterKey, trigger: Trigger) -> bool {
    let rejected_lead = matches!(trigger, Trigger::LmsLeadRejected | Trigger::ClLeadRejected);
    match filter {
        FilterKey::Method => trigger.platform() == Platform::Lms,
        FilterKey::Buyer | FilterKey::Campaign | FilterKey::Price => !rejected_lead,
        FilterKey::Publisher | FilterKey::Channel | FilterKey::Source | FilterKey::Pingtree => true,
    }
}

/// Matrix E: filter × role, with what this house decided.
pub(crate) fn role_offers(filter: FilterKey, role: Role, policy: Policy) -> bool {
    let publisher_side = matches!(
        role,
        Role::Publisher | Role::PublisherAgent | Role::CompliancePublisher
    );
    let no_publishers = role.is_of_buyers() && !policy.buyers_see_publishers;
    match filter {
        FilterKey::Method => role != Role::CallLogicAdmin,
        FilterKey::Price => true,
        FilterKey::Publisher => !publisher_side && !no_publishers,
        FilterKey::Channel | FilterKey::Source => !no_publishers,
        FilterKey::Buyer | FilterKey::Campaign | FilterKey::Pingtree => !publisher_side,
    }
}

/// The form of a rule: C ∧ D ∧ E.
#[must_use]
pub fn form_fields(role: Role, policy: Policy, level: Level, trigger: Trigger) -> FormFields {
    let filters: Vec<FilterKey> = FilterKey::ALL
        .into_iter()
        .filter(|filter| {
            level_offers(*filter, level)
                && trigger_offers(*filter, trigger)
                && role_offers(*filter, role, policy)
        })
        .collect();
    let price_ops = if filters.contains(&FilterKey::Price) {
        PriceOp::ALL
            .into_iter()
            .filter(|op| *op != PriceOp::Between || trigger.has_price_range())
            .collect()
    } else {
        Vec::new()
    };
    FormFields { filters, price_ops }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_range_is_offered_for_lead_sold_and_campaign_sold_only() {
        for trigger in Trigger::ALL {
            let fields = form_fields(Role::GlobalAdmin, Policy::default(), Level::Product, trigger);
            let sold = matches!(trigger.name(), "Lead Sold" | "Campaign Sold");
            assert_eq!(
                fields.price_ops.contains(&PriceOp::Between),
                sold,
                "{}",
                trigger.key()
            );
        }
    }

    #[test]
    fn a_product_rule_of_an_admin_has_all_eight_filters_for_lead_sold() {
        assert_eq!(
            form_fields(
                Role::GlobalAdmin,
                Policy::default(),
                Level::Product,
                Trigger::LmsLeadSold
            )
            .filters,
            FilterKey::ALL
        );
    }

    #[test]
    fn a_publisher_rule_never_filters_by_the_buyers_side_whoever_writes_it() {
        for role in Role::ALL {
            for trigger in Trigger::of_level(Level::Publisher, None) {
                let filters = form_fields(role, Policy::default(), Level::Publisher, trigger).filters;
                for hidden in [
                    FilterKey::Buyer,
                    FilterKey::Campaign,
                    FilterKey::Pingtree,
                    FilterKey::Publisher,
                ] {
                    assert!(!filters.contains(&hidden), "{} {hidden:?}", role.label());
                }
            }
        }
    }

    #[test]
    fn calls_have_no_method_and_rejected_leads_no_price() {
        for trigger in Trigger::ALL {
            let fields = form_fields(Role::GlobalAdmin, Policy::default(), Level::Product, trigger);
            assert_eq!(
                fields.filters.contains(&FilterKey::Method),
                trigger.platform() == Platform::Lms
            );
            assert_eq!(fields.price_ops.is_empty(), trigger.name() == "Lead Rejected");
        }
    }

    /// Filters as letters: Method, Publisher, Channel, Source, Buyer, (K)ampaign, ping(T)ree, p(R)ice.
    const LETTERS: &str = "MPCSBKTR";

    fn letters(filters: &[FilterKey]) -> String {
        FilterKey::ALL
            .into_iter()
            .zip(LETTERS.chars())
            .map(|(key, letter)| if filters.contains(&key) { letter } else { '-' })
            .collect()
    }

    /// Both texts, letter by letter.
    fn both(a: &str, b: &str) -> String {
        a.chars()
            .zip(b.chars())
            .map(|(a, b)| if a == b { a } else { '-' })
            .collect()
    }

    /// Matrices C, D and E of the specification, written out a second time: a wrong cell shows as two texts that differ.
    #[test]
    fn every_role_level_and_trigger_offers_exactly_the_cells_of_the_specification() {
        use Trigger as T;
        let level_row = |level| match level {
            Level::Product => "MPCSBKTR",
            Level::Campaign => "MPCS--TR",
            Level::Publisher => "M-CS---R",
        };
        let trigger_row = |trigger| match trigger {
            T::LmsLeadRejected => "MPCS--T-",
            T::ClLeadRejected => "-PCS--T-",
            other if other.platform() == Platform::Lms => "MPCSBKTR",
            _ => "-PCSBKTR",
        };
        let role_row = |role, policy: Policy| match role {
            Role::GlobalAdmin | Role::LmsAdmin | Role::Support | Role::Qa => "MPCSBKTR",
            Role::CallLogicAdmin => "-PCSBKTR",
            Role::BuyerAgent | Role::BuyerEditor if policy.buyers_see_publishers => "MPCSBKTR",
            Role::BuyerAgent | Role::BuyerEditor => "M---BKTR",
            Role::PublisherAgent | Role::CompliancePublisher | Role::Publisher => "M-CS---R",
        };
        for (role, policy) in Role::ALL
            .into_iter()
            .flat_map(|role| Policy::all().map(|policy| (role, policy)))
        {
            for trigger in Trigger::ALL {
                for level in trigger.levels() {
                    let cells = both(level_row(*level), trigger_row(trigger));
                    let found = letters(&form_fields(role, policy, *level, trigger).filters);
                    assert_eq!(
                        found,
                        both(&cells, role_row(role, policy)),
                        "{} {level:?} {}",
                        role.label(),
                        trigger.key()
                    );
                }
            }
        }
    }
}
