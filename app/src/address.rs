//! The addresses of pages: text to meaning and back. Links and the router read this one table.

use leadbell_domain::{EntityId, EntityKind, Level, RuleId};
use serde::{Deserialize, Serialize};

use crate::logic::query::{decode, encode};

/// Whose rules a page is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    /// A product, campaign or publisher, as staff open it.
    Entity(Level, EntityId),
    /// The publisher who is logged in (My Profile).
    Own,
}

/// What stands over the list of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Panel {
    /// Nothing.
    None,
    /// The form of a new rule.
    New,
    /// An existing rule: its form, or the question whether to delete it (`?do=delete`).
    Rule(RuleId),
}

/// A page of the program; desk pages have routes of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// An entity's rules.
    Tracking(Place),
    /// There is no such page.
    Missing,
}

/// A page with what stands over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub page: Page,
    pub panel: Panel,
}

impl Address {
    /// Reads the path of an address (without its query).
    pub(crate) fn parse(path: &str) -> Address {
        let parts: Vec<String> = path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(decode)
            .collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let (place, rest) = match parts.as_slice() {
            ["profile", "tracking", rest @ ..] => (Place::Own, rest),
            [kind, id, "tracking", rest @ ..] => match (level_of(kind), EntityId::new(*id)) {
                (Some(level), Ok(id)) => (Place::Entity(level, id), rest),
                _ => return Address::missing(),
            },
            _ => return Address::missing(),
        };
        let panel = match rest {
            [] => Panel::None,
            ["new"] => Panel::New,
            [rule] => match RuleId::new(*rule) {
                Ok(rule) => Panel::Rule(rule),
                Err(_) => return Address::missing(),
            },
            _ => return Address::missing(),
        };
        Address {
            page: Page::Tracking(place),
            panel,
        }
    }

    fn missing() -> Address {
        Address {
            page: Page::Missing,
            panel: Panel::None,
        }
    }
}

/// Only the plural is an address, and only of kinds that rules live on.
fn level_of(plural: &str) -> Option<Level> {
    Level::ALL
        .into_iter()
        .find(|level| EntityKind::from(*level).plural() == plural)
}

impl Place {
    /// The address of its list of rules.
    pub(crate) fn tracking(&self) -> String {
        match self {
            Place::Entity(level, id) => format!("{}/tracking", overview(*level, id)),
            Place::Own => "/profile/tracking".to_owned(),
        }
    }

    /// The address of a new rule.
    pub(crate) fn new_rule(&self) -> String {
        format!("{}/new", self.tracking())
    }

    /// Where what is picked in the list is posted to.
    pub(crate) fn bulk(&self) -> String {
        format!("{}/bulk", self.tracking())
    }

    /// The address of a rule.
    pub(crate) fn rule(&self, rule: &RuleId) -> String {
        format!("{}/{rule}", self.tracking())
    }

    /// The address to post to that brings a rule back to one of its versions, once `seen` is its newest one. A
    /// deletion is undone by bringing back the version that it is itself.
    pub(crate) fn restore(&self, rule: &RuleId, version: i64, seen: i64) -> String {
        format!("{}/restore?version={version}&seen={seen}", self.rule(rule))
    }
}

/// The address of an entity.
pub(crate) fn overview(level: Level, id: &EntityId) -> String {
    format!("/{}/{}", EntityKind::from(level).plural(), segment(id))
}

/// An id as a part of an address. Where ids stand, `new` leads to the form of a new entry: an entry that is called so is
/// written another way, which reads the same.
fn segment(id: &EntityId) -> String {
    match id.as_str() {
        "new" => "ne%77".to_owned(),
        id => encode(id),
    }
}

/// The address of a product's presets.
pub(crate) fn presets(product: &EntityId) -> String {
    format!("{}/presets", overview(Level::Product, product))
}

/// The address of a list of entities.
pub(crate) fn list(kind: EntityKind) -> String {
    match kind.level() {
        Some(_) => format!("/{}", kind.plural()),
        None => format!("/catalog/{}", kind.plural()),
    }
}

/// The address of an entry of the catalog.
#[cfg(feature = "ssr")]
pub(crate) fn entry(kind: EntityKind, id: &EntityId) -> String {
    format!("{}/{}", list(kind), segment(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(address: &Address) -> String {
        match (&address.page, &address.panel) {
            (Page::Tracking(place), Panel::None) => place.tracking(),
            (Page::Tracking(place), Panel::New) => place.new_rule(),
            (Page::Tracking(place), Panel::Rule(rule)) => place.rule(rule),
            (Page::Missing, _) => String::new(),
        }
    }

    #[test]
    fn every_address_reads_back_as_itself() {
        for path in [
            "/products/218/tracking",
            "/campaigns/8807/tracking/new",
            "/publishers/1044/tracking/0193a5b0-7c1e-7d3a-9b1c-2f4e5a6b7c8d",
            "/profile/tracking",
            "/profile/tracking/new",
        ] {
            assert_eq!(written(&Address::parse(path)), path);
        }
    }

    #[test]
    fn an_id_with_a_slash_or_a_space_survives_the_address() {
        let id = EntityId::new("a/b c%").unwrap();
        let place = Place::Entity(Level::Product, id);
        assert_eq!(place.tracking(), "/products/a%2Fb%20c%25/tracking");
        assert_eq!(Address::parse(&place.tracking()).page, Page::Tracking(place));
    }

    #[test]
    fn what_is_no_page_is_missing() {
        for path in [
            "/",
            "/products",
            "/products/218",
            "/buyers/402/tracking",
            "/products/218/log",
            "/products/218/tracking/new/more",
            "/products/218/tracking/412",
            "/profile",
        ] {
            assert_eq!(Address::parse(path).page, Page::Missing, "{path}");
        }
    }
}
