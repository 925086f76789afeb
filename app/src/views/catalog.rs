//! The catalog's pages: lists, entries, their forms, what uses them, and imports.

use leadbell_domain::{
    EntityId, EntityKind, EntityStatus, EntryDraft, FieldErrors, PresetId, RuleId, Timestamp,
};

use super::{EntityRow, Listing};

/// Search, filters, order and paging of a list of the catalog; the address of the page holds the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogSearch {
    /// Part of a name or id.
    pub q: String,
    /// A status's key; empty for all but deleted ones.
    pub status: String,
    /// A platform's key; empty for both.
    pub platform: String,
    /// `yes` for those first seen in an event and entered by nobody, `no` for the others; empty for all.
    pub discovered: String,
    /// Only those of a product, publisher or buyer, or in (or with) a pingtree (or campaign): its kind's key and what
    /// was typed of it, an id or a name.
    pub of: Vec<(EntityKind, String)>,
    /// `id` or `changed`; otherwise by name.
    pub sort: String,
    /// Page, from 1; 0 counts as 1.
    pub page: u32,
}

impl CatalogSearch {
    /// Whether everything is shown.
    #[must_use]
    pub fn shows_all(&self) -> bool {
        let filters = [&self.q, &self.status, &self.platform, &self.discovered];
        filters.into_iter().all(String::is_empty) && self.of.is_empty()
    }
}

/// A part of a list of the catalog, and what it can be narrowed to.
#[derive(Clone, Debug)]
pub struct CatalogListing {
    /// The kind.
    pub kind: EntityKind,
    /// The rows.
    pub listing: Listing<EntityRow>,
    /// The kinds it can be narrowed to the things of, with names to choose from.
    pub of: Vec<(EntityKind, Vec<EntityLink>)>,
    /// Whether this person sees both platforms.
    pub both_platforms: bool,
    /// Whether this person may add and change entries of this kind.
    pub may_edit: bool,
}

/// An entity to name and to lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityLink {
    /// Its kind.
    pub kind: EntityKind,
    /// Its id.
    pub id: EntityId,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: EntityStatus,
}

/// What belongs to an entry, of one kind.
#[derive(Clone, Debug)]
pub struct Belongings {
    /// The kind.
    pub kind: EntityKind,
    /// How many there are.
    pub total: i64,
    /// The first of them.
    pub first: Vec<EntityLink>,
}

/// An entry of the catalog for who looks it up.
#[derive(Clone, Debug)]
pub struct EntryView {
    /// The entry.
    pub row: EntityRow,
    /// Whose it is, as far as this person may know.
    pub owners: Vec<EntityLink>,
    /// What belongs to it, as far as this person may know.
    pub belongings: Vec<Belongings>,
    /// Whether this person may change it.
    pub may_edit: bool,
    /// First known, UTC milliseconds.
    pub created_at: Timestamp,
    /// Last changed, UTC milliseconds.
    pub updated_at: Timestamp,
}

/// The form of a new or existing entry.
#[derive(Clone, Debug)]
pub struct EntryForm {
    /// The kind.
    pub kind: EntityKind,
    /// The entry being edited: its id, its name, and when it was last changed.
    pub editing: Option<(EntityId, String, Timestamp)>,
    /// What stands in the fields.
    pub draft: EntryDraft,
    /// The statuses to choose from.
    pub statuses: Vec<EntityStatus>,
    /// The platforms to choose from, as (key, label); empty when there is no choice.
    pub platforms: Vec<(String, String)>,
    /// The kinds that own it, with names to choose from.
    pub owners: Vec<(EntityKind, Vec<EntityLink>)>,
    /// Seen in an event, and entered by nobody.
    pub discovered: bool,
}

/// An entry to save.
#[derive(Clone, Debug)]
pub struct SaveEntry {
    /// The kind.
    pub kind: EntityKind,
    /// The entry being edited, and when it was last changed as its editor saw it; `None` for a new one.
    pub editing: Option<(EntityId, Timestamp)>,
    /// What was typed. Owners may be named instead of their id.
    pub draft: EntryDraft,
}

/// A rule that names an entry in a filter.
#[derive(Clone, Debug)]
pub struct UsingRule {
    /// Id.
    pub id: RuleId,
    /// Number, for people.
    pub number: i64,
    /// Name; may be empty.
    pub name: String,
    /// Where it lives.
    pub place: EntityLink,
    /// Whether it is active.
    pub active: bool,
}

/// What uses an entry, for who is about to delete it.
#[derive(Clone, Debug)]
pub struct UsesView {
    /// The entry.
    pub row: EntityRow,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Rules that live on it, and how many of them are active.
    pub rules: (i64, i64),
    /// Rules elsewhere whose filters name it.
    pub filters: i64,
    /// The first of those that this person may see.
    pub filtering: Vec<UsingRule>,
    /// Presets that name it in a filter; of a product, those it keeps.
    pub presets: i64,
    /// The first of those that this person may see: product, id, name.
    pub preset_uses: Vec<(EntityId, PresetId, String)>,
    /// What belongs to it, by kind.
    pub owned: Vec<(EntityKind, i64)>,
    /// Pingtrees that hold it.
    pub pingtrees: i64,
    /// How many people are it or manage it.
    pub people: usize,
    /// Their names, for who may see them.
    pub names: Vec<String>,
}

impl UsesView {
    /// Whether nothing uses it.
    #[must_use]
    pub fn is_unused(&self) -> bool {
        let counts = [self.rules.0, self.filters, self.presets, self.pingtrees];
        counts == [0; 4] && self.owned.is_empty() && self.people == 0
    }
}

/// A complaint about one line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineError {
    /// The line, from 1; the header's is 1.
    pub line: u64,
    /// The column; empty for the line as a whole.
    pub field: String,
    /// What to do about it.
    pub message: String,
}

/// What an import would do.
#[derive(Clone, Debug, Default)]
pub struct DryRun {
    /// Under which the file is kept; empty when it can't be imported.
    pub id: String,
    /// Stands for the catalog as it was looked at.
    pub stamp: String,
    /// Complaints, the first of them.
    pub errors: Vec<LineError>,
    /// How many complaints there are.
    pub error_count: usize,
    /// New entries.
    pub created: usize,
    /// Entries that change.
    pub updated: usize,
    /// Entries that stay as they are.
    pub unchanged: usize,
    /// The first changes in words: line, what, and how.
    pub changes: Vec<(u64, String, String)>,
}

/// What came of an import.
#[derive(Clone, Debug)]
pub enum Imported {
    /// It is done: new and changed entries.
    Done(u64, u64),
    /// The catalog has changed since the dry run, or the file can no longer be imported: this is what it would do now.
    Again(Box<DryRun>),
}

/// Why an entry was not saved.
#[derive(Clone, Debug)]
pub enum NotSaved {
    /// Complaints at fields.
    Fields(FieldErrors),
    /// Somebody changed it: this is how it is now.
    Changed(Box<EntryForm>),
}
