//! Presets as they are asked for and listed.

use leadbell_domain::{EntityId, Preset, Scope};

/// Which presets to list.
#[derive(Clone, Debug)]
pub struct PresetQuery {
    /// The viewer's scope at product level.
    pub scope: Scope,
    /// Only those of this product.
    pub product: Option<EntityId>,
    /// Case-insensitive part of name or text; empty for all.
    pub search: String,
    /// Rows to skip.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}

/// A preset in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetListing {
    /// The preset.
    pub preset: Preset,
    /// How many rules follow it.
    pub followers: i64,
}
