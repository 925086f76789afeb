//! Which rule, or whose rules, a desk page under a Tracking tab is about.

use leadbell_domain::{EntityId, Level, RuleId};

use crate::address::{Address, Page, Panel, Place};

/// The rule of a page at `…/tracking/{rule}/{last}` of a product, campaign or publisher.
pub(super) fn rule_of(path: &str, last: &str) -> Option<(Level, EntityId, RuleId)> {
    let rest = path.trim_end_matches('/').strip_suffix(last)?;
    match Address::parse(rest) {
        Address {
            page: Page::Tracking(Place::Entity(level, entity)),
            panel: Panel::Rule(rule),
        } => Some((level, entity, rule)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_is_read_from_the_address_of_its_page() {
        let id = "0193a5b0-7c1e-7d3a-9b1c-2f4e5a6b7c8d";
        let path = format!("/products/a%2Fb/tracking/{id}/adjacent");
        let (level, entity, rule) = rule_of(&path, "adjacent").unwrap();
        assert_eq!(
            (level, entity.as_str(), rule.as_str()),
            (Level::Product, "a/b", id)
        );
        for other in [
            "/products/218/tracking/new/adjacent",
            "/profile/tracking/adjacent",
            "/products/218/adjacent",
        ] {
            assert_eq!(rule_of(other, "adjacent"), None, "{other}");
        }
    }
}
