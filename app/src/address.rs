//! The addresses of pages: text to meaning and back. Links and the router read this one table.

use std::fmt;

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

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// Where everybody starts; the server sends each on to his own.
    Home,
    /// Logging in.
    Login,
    /// How to connect Slack.
    SlackHelp,
    /// Products, campaigns or publishers.
    List(EntityKind),
    /// What an entity is.
    Overview(Level, EntityId),
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
        let (page, panel) = match parts.as_slice() {
            [] => (Page::Home, None),
            ["login"] => (Page::Login, None),
            ["help", "slack"] => (Page::SlackHelp, None),
            ["profile", "tracking", rest @ ..] => (Page::Tracking(Place::Own), Some(rest)),
            [kind, rest @ ..] => match (EntityKind::from_plural(kind), rest) {
                (Some((kind, _)), []) => (Page::List(kind), None),
                (Some((_, level)), [id, rest @ ..]) => match (EntityId::new(*id), rest) {
                    (Ok(id), []) => (Page::Overview(level, id), None),
                    (Ok(id), ["tracking", rest @ ..]) => {
                        (Page::Tracking(Place::Entity(level, id)), Some(rest))
                    }
                    _ => (Page::Missing, None),
                },
                (None, _) => (Page::Missing, None),
            },
        };
        let panel = match panel {
            None | Some([]) => Panel::None,
            Some(["new"]) => Panel::New,
            Some([rule]) => match RuleId::new(*rule) {
                Ok(rule) => Panel::Rule(rule),
                Err(_) => return Address::missing(),
            },
            Some(_) => return Address::missing(),
        };
        Address { page, panel }
    }

    fn missing() -> Address {
        Address {
            page: Page::Missing,
            panel: Panel::None,
        }
    }
}

trait Plural: Sized {
    fn from_plural(text: &str) -> Option<(Self, Level)>;
}

impl Plural for EntityKind {
    /// Only the plural is an address, and only of kinds that rules live on.
    fn from_plural(text: &str) -> Option<(EntityKind, Level)> {
        EntityKind::ALL
            .into_iter()
            .find(|kind| kind.plural() == text)
            .and_then(|kind| Some((kind, kind.level()?)))
    }
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

    /// The address of a rule.
    pub(crate) fn rule(&self, rule: &RuleId) -> String {
        format!("{}/{rule}", self.tracking())
    }
}

/// The address of an entity.
pub(crate) fn overview(level: Level, id: &EntityId) -> String {
    format!("/{}/{}", EntityKind::from(level).plural(), encode(id.as_str()))
}

/// The address of a list of entities.
pub(crate) fn list(kind: EntityKind) -> String {
    format!("/{}", kind.plural())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.page, &self.panel) {
            (Page::Home | Page::Missing, _) => f.write_str("/"),
            (Page::Login, _) => f.write_str("/login"),
            (Page::SlackHelp, _) => f.write_str("/help/slack"),
            (Page::List(kind), _) => f.write_str(&list(*kind)),
            (Page::Overview(level, id), _) => f.write_str(&overview(*level, id)),
            (Page::Tracking(place), Panel::None) => f.write_str(&place.tracking()),
            (Page::Tracking(place), Panel::New) => f.write_str(&place.new_rule()),
            (Page::Tracking(place), Panel::Rule(rule)) => f.write_str(&place.rule(rule)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_reads_back_as_itself() {
        for path in [
            "/",
            "/login",
            "/help/slack",
            "/products",
            "/campaigns",
            "/publishers",
            "/products/218",
            "/products/218/tracking",
            "/campaigns/8807/tracking/new",
            "/publishers/1044/tracking/0193a5b0-7c1e-7d3a-9b1c-2f4e5a6b7c8d",
            "/profile/tracking",
            "/profile/tracking/new",
        ] {
            let address = Address::parse(path);
            assert_ne!(address.page, Page::Missing, "{path}");
            assert_eq!(address.to_string(), path);
        }
    }

    #[test]
    fn an_id_with_a_slash_or_a_space_survives_the_address() {
        let id = EntityId::new("a/b c%").unwrap();
        let path = overview(Level::Product, &id);
        assert_eq!(path, "/products/a%2Fb%20c%25");
        assert_eq!(Address::parse(&path).page, Page::Overview(Level::Product, id));
    }

    #[test]
    fn what_is_no_page_is_missing() {
        for path in [
            "/buyers",
            "/product",
            "/products/218/log",
            "/products/218/tracking/new/more",
            "/products/218/tracking/412",
            "/profile",
        ] {
            assert_eq!(Address::parse(path).page, Page::Missing, "{path}");
        }
    }
}
