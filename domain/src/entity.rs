//! Products, campaigns, publishers and the rest: what rules live on and filter by.

use serde::{Deserialize, Serialize};

use crate::{EntityId, Level, Platform, Timestamp};

/// The seven kinds of things in the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// A vertical sold on one platform.
    Product,
    /// One way one buyer takes traffic.
    Campaign,
    /// Who supplies leads or calls.
    Publisher,
    /// One publisher's gateway for one product.
    Channel,
    /// A sub-id of a publisher's traffic.
    Source,
    /// A company that buys.
    Buyer,
    /// An ordered or auctioned list of campaigns.
    Pingtree,
}

impl EntityKind {
    /// Every kind.
    pub const ALL: [EntityKind; 7] = [
        EntityKind::Product,
        EntityKind::Campaign,
        EntityKind::Publisher,
        EntityKind::Channel,
        EntityKind::Source,
        EntityKind::Buyer,
        EntityKind::Pingtree,
    ];

    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            EntityKind::Product => "product",
            EntityKind::Campaign => "campaign",
            EntityKind::Publisher => "publisher",
            EntityKind::Channel => "channel",
            EntityKind::Source => "source",
            EntityKind::Buyer => "buyer",
            EntityKind::Pingtree => "pingtree",
        }
    }

    /// The plural in addresses and in the catalog's JSON.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            EntityKind::Product => "products",
            EntityKind::Campaign => "campaigns",
            EntityKind::Publisher => "publishers",
            EntityKind::Channel => "channels",
            EntityKind::Source => "sources",
            EntityKind::Buyer => "buyers",
            EntityKind::Pingtree => "pingtrees",
        }
    }

    /// The name shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            EntityKind::Product => "Product",
            EntityKind::Campaign => "Campaign",
            EntityKind::Publisher => "Publisher",
            EntityKind::Channel => "Channel",
            EntityKind::Source => "Source",
            EntityKind::Buyer => "Buyer",
            EntityKind::Pingtree => "Pingtree",
        }
    }

    /// The plural shown to people.
    #[must_use]
    pub fn plural_label(self) -> &'static str {
        match self {
            EntityKind::Product => "Products",
            EntityKind::Campaign => "Campaigns",
            EntityKind::Publisher => "Publishers",
            EntityKind::Channel => "Channels",
            EntityKind::Source => "Sources",
            EntityKind::Buyer => "Buyers",
            EntityKind::Pingtree => "Pingtrees",
        }
    }

    /// The kind of this key or plural.
    #[must_use]
    pub fn from_key(key: &str) -> Option<EntityKind> {
        EntityKind::ALL
            .into_iter()
            .find(|kind| kind.key() == key || kind.plural() == key)
    }

    /// The level whose rules live on this kind.
    #[must_use]
    pub fn level(self) -> Option<Level> {
        match self {
            EntityKind::Product => Some(Level::Product),
            EntityKind::Campaign => Some(Level::Campaign),
            EntityKind::Publisher => Some(Level::Publisher),
            _ => None,
        }
    }
}

impl From<Level> for EntityKind {
    fn from(level: Level) -> Self {
        match level {
            Level::Product => EntityKind::Product,
            Level::Campaign => EntityKind::Campaign,
            Level::Publisher => EntityKind::Publisher,
        }
    }
}

/// The statuses of `domain.md` §3.1, all kinds together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityStatus {
    /// In use.
    Active,
    /// Not yet admitted (publishers).
    Pending,
    /// Stopped for a while (channels).
    Paused,
    /// For trials only (channels).
    Test,
    /// Switched off.
    Disabled,
    /// Gone, kept for what refers to it.
    Deleted,
}

impl EntityStatus {
    /// Every status.
    pub const ALL: [EntityStatus; 6] = [
        EntityStatus::Active,
        EntityStatus::Pending,
        EntityStatus::Paused,
        EntityStatus::Test,
        EntityStatus::Disabled,
        EntityStatus::Deleted,
    ];

    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            EntityStatus::Active => "active",
            EntityStatus::Pending => "pending",
            EntityStatus::Paused => "paused",
            EntityStatus::Test => "test",
            EntityStatus::Disabled => "disabled",
            EntityStatus::Deleted => "deleted",
        }
    }

    /// The name shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            EntityStatus::Active => "Active",
            EntityStatus::Pending => "Pending",
            EntityStatus::Paused => "Paused",
            EntityStatus::Test => "Test",
            EntityStatus::Disabled => "Disabled",
            EntityStatus::Deleted => "Deleted",
        }
    }

    /// The status of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<EntityStatus> {
        EntityStatus::ALL.into_iter().find(|status| status.key() == key)
    }
}

/// A mention of an entity in an event: its id and, where the sender gave it, its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityRef {
    /// The outside id.
    pub id: EntityId,
    /// The name at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// One entry of the catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Its outside id, unique within its kind.
    pub id: EntityId,
    /// Its name; the id when none was ever told.
    pub name: String,
    /// The platform it belongs to; publishers and buyers can serve both.
    pub platform: Option<Platform>,
    /// Its status.
    pub status: EntityStatus,
    /// The product it belongs to (channels, campaigns).
    pub product: Option<EntityId>,
    /// The publisher it belongs to (channels, sources).
    pub publisher: Option<EntityId>,
    /// The buyer it belongs to (campaigns).
    pub buyer: Option<EntityId>,
    /// Seen in an event before anyone entered it.
    pub discovered: bool,
    /// First known, UTC milliseconds.
    pub created_at: Timestamp,
    /// Last changed, UTC milliseconds.
    pub updated_at: Timestamp,
}
