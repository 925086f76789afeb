//! Whose rules a desk page under a Tracking tab is about, and which of them.

use leadbell_domain::{EntityId, EntityKind, Level, RuleId};

use super::Visit;
use crate::address::{Address, Page, Panel, Place, list};

/// Whose rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RulePlace {
    /// As the address says it.
    pub place: Place,
    /// The level.
    pub level: Level,
    /// The product, campaign or publisher.
    pub entity: EntityId,
}

/// Whose rules the page at `…/tracking/{last}` is about; `None` where there is no such page for this person.
pub(super) fn place_of(visit: &Visit, last: &str) -> Option<RulePlace> {
    let (place, panel) = parse(visit.path(), last)?;
    (panel == Panel::None)
        .then(|| settle(place, visit.person.publisher.as_ref()))
        .flatten()
}

/// The same for a page at `…/tracking/{rule}/{last}`, with the rule.
pub(super) fn rule_of(visit: &Visit, last: &str) -> Option<(RulePlace, RuleId)> {
    let (place, panel) = parse(visit.path(), last)?;
    match panel {
        Panel::Rule(rule) => Some((settle(place, visit.person.publisher.as_ref())?, rule)),
        _ => None,
    }
}

fn parse(path: &str, last: &str) -> Option<(Place, Panel)> {
    let rest = path.trim_end_matches('/').strip_suffix(last)?;
    match Address::parse(rest) {
        Address {
            page: Page::Tracking(place),
            panel,
        } => Some((place, panel)),
        _ => None,
    }
}

fn settle(place: Place, own: Option<&EntityId>) -> Option<RulePlace> {
    let (level, entity) = match &place {
        Place::Entity(level, entity) => (*level, entity.clone()),
        Place::Own => (Level::Publisher, own?.clone()),
    };
    Some(RulePlace { place, level, entity })
}

/// The addresses of a page under every Tracking tab, the publisher's own included; `rest` follows `/tracking/`.
pub(super) fn under_tracking(rest: &str) -> Vec<String> {
    let mut paths: Vec<String> = Level::ALL
        .into_iter()
        .map(|level| format!("{}/{{id}}/tracking/{rest}", list(EntityKind::from(level))))
        .collect();
    paths.push(format!("{}/{rest}", Place::Own.tracking()));
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "0193a5b0-7c1e-7d3a-9b1c-2f4e5a6b7c8d";

    #[test]
    fn the_rule_is_read_from_the_address_of_its_page() {
        let path = format!("/products/a%2Fb/tracking/{RULE}/adjacent");
        let (place, panel) = parse(&path, "adjacent").unwrap();
        assert_eq!(
            place,
            Place::Entity(Level::Product, EntityId::new("a/b").unwrap())
        );
        assert_eq!(panel, Panel::Rule(RuleId::new(RULE).unwrap()));
        for other in ["/products/218/adjacent", "/nothing/1/tracking/adjacent"] {
            assert_eq!(parse(other, "adjacent"), None, "{other}");
        }
    }

    #[test]
    fn a_profile_is_the_own_publishers_and_nobody_elses() {
        let own = EntityId::new("1044").unwrap();
        let (place, _) = parse("/profile/tracking/bulk", "bulk").unwrap();
        let settled = settle(place.clone(), Some(&own)).unwrap();
        assert_eq!((settled.level, settled.entity), (Level::Publisher, own));
        assert_eq!(settle(place, None), None);
    }
}
