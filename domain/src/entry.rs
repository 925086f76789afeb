//! What an entry of the catalog may look like, kind by kind (`domain.md` §3.1), and reading one from text. Forms, CSV
//! files and REST all go through [`EntryDraft::parse`].

use crate::{EntityId, EntityKind, EntityStatus, FieldErrors, Platform};

/// Longest name, in characters.
pub const MAX_ENTITY_NAME: usize = 200;

/// Whether things of a kind belong to one platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlatformUse {
    /// Each belongs to one.
    One,
    /// Each may serve both.
    Any,
}

impl EntityKind {
    /// The statuses that things of this kind can have, the usual one first.
    #[must_use]
    pub fn statuses(self) -> &'static [EntityStatus] {
        use EntityStatus::{Active, Deleted, Disabled, Paused, Pending, Test};
        match self {
            EntityKind::Publisher => &[Active, Pending, Disabled, Deleted],
            EntityKind::Channel => &[Active, Paused, Test, Disabled, Deleted],
            EntityKind::Product
            | EntityKind::Campaign
            | EntityKind::Source
            | EntityKind::Buyer
            | EntityKind::Pingtree => &[Active, Disabled, Deleted],
        }
    }

    /// The kinds whose things own things of this kind, the closest owner first.
    #[must_use]
    pub fn owners(self) -> &'static [EntityKind] {
        match self {
            EntityKind::Channel => &[EntityKind::Publisher, EntityKind::Product],
            EntityKind::Source => &[EntityKind::Publisher],
            EntityKind::Campaign => &[EntityKind::Buyer, EntityKind::Product],
            EntityKind::Product | EntityKind::Publisher | EntityKind::Buyer | EntityKind::Pingtree => &[],
        }
    }

    /// The kinds whose things belong to a thing of this kind.
    pub fn owned(self) -> impl Iterator<Item = EntityKind> {
        EntityKind::ALL
            .into_iter()
            .filter(move |kind| kind.owners().contains(&self))
    }

    /// Whether things of this kind belong to one platform.
    #[must_use]
    pub fn platform_use(self) -> PlatformUse {
        match self {
            EntityKind::Product | EntityKind::Campaign | EntityKind::Channel | EntityKind::Pingtree => {
                PlatformUse::One
            }
            EntityKind::Publisher | EntityKind::Source | EntityKind::Buyer => PlatformUse::Any,
        }
    }
}

/// An entry as somebody typed or sent it. `None` was not said at all; empty text says "none".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryDraft {
    /// Outside id.
    pub id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Platform, by key or label.
    pub platform: Option<String>,
    /// Status, by key or label.
    pub status: Option<String>,
    /// Id of the product it belongs to.
    pub product: Option<String>,
    /// Id of the publisher it belongs to.
    pub publisher: Option<String>,
    /// Id of the buyer it belongs to.
    pub buyer: Option<String>,
    /// Ids of the campaigns in a pingtree, one a line or with `|` between them.
    pub campaigns: Option<String>,
}

/// An entry that was read; `None` was not said, or said to be none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedEntry {
    /// Kind.
    pub kind: EntityKind,
    /// Outside id.
    pub id: EntityId,
    /// Name.
    pub name: Option<String>,
    /// Platform.
    pub platform: Option<Platform>,
    /// Status, one of the kind's.
    pub status: Option<EntityStatus>,
    /// Product it belongs to.
    pub product: Option<EntityId>,
    /// Publisher it belongs to.
    pub publisher: Option<EntityId>,
    /// Buyer it belongs to.
    pub buyer: Option<EntityId>,
    /// The campaigns in a pingtree; `None` when nothing was said about them.
    pub campaigns: Option<Vec<EntityId>>,
}

impl EntryDraft {
    /// The text of one of these fields: `id`, `name`, `platform`, `status`, `product`, `publisher`, `buyer`, `campaigns`.
    pub fn field_mut(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "id" => &mut self.id,
            "name" => &mut self.name,
            "platform" => &mut self.platform,
            "status" => &mut self.status,
            "product" => &mut self.product,
            "publisher" => &mut self.publisher,
            "buyer" => &mut self.buyer,
            "campaigns" => &mut self.campaigns,
            _ => return None,
        })
    }

    /// Reads the entry as one of this kind.
    pub fn parse(&self, kind: EntityKind) -> Result<ParsedEntry, FieldErrors> {
        let mut errors = FieldErrors::new();
        let id = match said(&self.id) {
            Some(id) => errors.keep("id", EntityId::new(id)),
            None => {
                errors.add("id", "This field is required.");
                None
            }
        };
        let name = said(&self.name).map(str::to_owned);
        if let Some(name) = &name {
            if name.chars().count() > MAX_ENTITY_NAME {
                errors.add(
                    "name",
                    format!("A name may have at most {MAX_ENTITY_NAME} characters."),
                );
            } else if name.chars().any(char::is_control) {
                errors.add("name", "A name is one line, without control characters.");
            }
        }
        let platform = said(&self.platform)
            .and_then(|text| errors.keep("platform", platform_of(text).ok_or(NO_PLATFORM)));
        let status = said(&self.status).and_then(|text| errors.keep("status", status_of(kind, text)));
        let mut owner = |field: &'static str, text: &Option<String>, owner: EntityKind| {
            let text = said(text)?;
            if !kind.owners().contains(&owner) {
                let kinds = kind.plural_label();
                errors.add(field, format!("{kinds} do not belong to a {}.", owner.key()));
                return None;
            }
            errors.keep(field, EntityId::new(text))
        };
        let product = owner("product", &self.product, EntityKind::Product);
        let publisher = owner("publisher", &self.publisher, EntityKind::Publisher);
        let buyer = owner("buyer", &self.buyer, EntityKind::Buyer);
        let campaigns = campaigns_of(kind, self.campaigns.as_deref(), &mut errors);
        match id {
            Some(id) if errors.is_empty() => Ok(ParsedEntry {
                kind,
                id,
                name,
                platform,
                status,
                product,
                publisher,
                buyer,
                campaigns,
            }),
            _ => Err(errors),
        }
    }
}

const NO_PLATFORM: &str = "The platform is lms or call_logic.";

fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn platform_of(text: &str) -> Option<Platform> {
    let lower = text.to_lowercase();
    Platform::from_key(&lower).or_else(|| {
        Platform::ALL
            .into_iter()
            .find(|platform| platform.label().eq_ignore_ascii_case(text))
    })
}

fn status_of(kind: EntityKind, text: &str) -> Result<EntityStatus, String> {
    let allowed = kind.statuses();
    let found = allowed
        .iter()
        .find(|status| status.key().eq_ignore_ascii_case(text) || status.label().eq_ignore_ascii_case(text));
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = allowed.iter().map(|status| status.key()).collect();
        let (last, others) = names.split_last().unwrap_or((&"", &[]));
        format!("A {} is {} or {last}.", kind.key(), others.join(", "))
    })
}

fn campaigns_of(kind: EntityKind, text: Option<&str>, errors: &mut FieldErrors) -> Option<Vec<EntityId>> {
    let ids: Vec<&str> = text?
        .split(['|', '\n'])
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .collect();
    if kind != EntityKind::Pingtree {
        if !ids.is_empty() {
            errors.add("campaigns", "Only a pingtree has campaigns in it.");
        }
        return None;
    }
    let mut campaigns = Vec::new();
    for id in ids {
        if let Some(id) = errors.keep("campaigns", EntityId::new(id))
            && !campaigns.contains(&id)
        {
            campaigns.push(id);
        }
    }
    Some(campaigns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn draft(id: &str) -> EntryDraft {
        EntryDraft {
            id: some(id),
            ..EntryDraft::default()
        }
    }

    #[test]
    fn every_kind_has_exactly_the_statuses_of_the_specification() {
        let expected = [
            (EntityKind::Product, "active disabled deleted"),
            (EntityKind::Campaign, "active disabled deleted"),
            (EntityKind::Publisher, "active pending disabled deleted"),
            (EntityKind::Channel, "active paused test disabled deleted"),
            (EntityKind::Source, "active disabled deleted"),
            (EntityKind::Buyer, "active disabled deleted"),
            (EntityKind::Pingtree, "active disabled deleted"),
        ];
        assert_eq!(expected.len(), EntityKind::ALL.len());
        for (kind, statuses) in expected {
            for status in EntityStatus::ALL {
                let allowed = statuses.split(' ').any(|key| key == status.key());
                assert_eq!(kind.statuses().contains(&status), allowed, "{kind:?} {status:?}");
                let parsed = EntryDraft {
                    status: some(status.label()),
                    ..draft("1")
                }
                .parse(kind);
                assert_eq!(parsed.is_ok(), allowed, "{kind:?} {status:?}");
            }
        }
    }

    #[test]
    fn a_status_of_another_kind_is_refused_with_those_there_are() {
        let paused = EntryDraft {
            status: some("paused"),
            ..draft("1")
        };
        let errors = paused.parse(EntityKind::Buyer).unwrap_err();
        assert_eq!(
            errors.of("status"),
            Some("A buyer is active, disabled or deleted.")
        );
    }

    #[test]
    fn an_entry_has_the_owners_of_its_kind_and_no_others() {
        let owned = EntryDraft {
            product: some("218"),
            publisher: some("1044"),
            buyer: some("402"),
            ..draft("1")
        };
        for kind in EntityKind::ALL {
            let errors = owned.parse(kind).unwrap_err();
            for (field, owner) in [
                ("product", EntityKind::Product),
                ("publisher", EntityKind::Publisher),
                ("buyer", EntityKind::Buyer),
            ] {
                let fits = kind.owners().contains(&owner);
                assert_eq!(errors.of(field).is_none(), fits, "{kind:?} {field}");
            }
        }
    }

    #[test]
    fn what_is_owned_is_the_other_side_of_what_owns() {
        let of = |kind: EntityKind| kind.owned().collect::<Vec<_>>();
        assert_eq!(
            of(EntityKind::Publisher),
            [EntityKind::Channel, EntityKind::Source]
        );
        assert_eq!(of(EntityKind::Buyer), [EntityKind::Campaign]);
        assert_eq!(
            of(EntityKind::Product),
            [EntityKind::Campaign, EntityKind::Channel]
        );
        assert_eq!(of(EntityKind::Source), []);
    }

    #[test]
    fn only_a_pingtree_has_campaigns_and_names_each_once() {
        let tree = EntryDraft {
            campaigns: some("8807 | 8808\n8807\n"),
            ..draft("31")
        };
        let ids: Vec<String> = tree
            .parse(EntityKind::Pingtree)
            .unwrap()
            .campaigns
            .unwrap()
            .into_iter()
            .map(String::from)
            .collect();
        assert_eq!(ids, ["8807", "8808"]);
        assert!(
            tree.parse(EntityKind::Product)
                .unwrap_err()
                .of("campaigns")
                .is_some()
        );
        let silent = draft("31").parse(EntityKind::Pingtree).unwrap();
        assert_eq!(silent.campaigns, None);
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let wrong = EntryDraft {
            name: some(&"x".repeat(201)),
            platform: some("web"),
            status: some("gone"),
            ..EntryDraft::default()
        };
        let errors = wrong.parse(EntityKind::Product).unwrap_err();
        for field in ["id", "name", "platform", "status"] {
            assert!(errors.of(field).is_some(), "{field}");
        }
    }

    #[test]
    fn platforms_and_statuses_are_read_by_label_too() {
        let entry = EntryDraft {
            platform: some(" Call Logic "),
            status: some("Active"),
            ..draft("310")
        };
        let entry = entry.parse(EntityKind::Product).unwrap();
        assert_eq!(entry.platform, Some(Platform::CallLogic));
        assert_eq!(entry.status, Some(EntityStatus::Active));
    }
}
