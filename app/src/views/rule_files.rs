//! Rules as a file, as pages show what it would change.

use leadbell_domain::{EntityId, FieldChange, FieldErrors, Level};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleFileKind {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

/// What a file would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportLook {
    /// The version of the set of rules that was looked at.
    pub seen: i64,
    /// Rules that would be added.
    pub new: usize,
    /// Rules that would be changed.
    pub changed: usize,
    /// Rules that are as in the file already.
    pub unchanged: usize,
    /// Rules that can't be imported.
    pub refused: usize,
    /// The first of those that would change something or can't: these first.
    pub rows: Vec<ImportRow>,
    /// How many more there are.
    pub more: usize,
}

/// One rule of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    /// Its place in the file, from 1.
    pub position: usize,
    /// Its number, if it is here.
    pub number: Option<i64>,
    /// Its name; may be empty.
    pub name: String,
    /// Where it lives, with the name of that.
    pub place: Option<(Level, EntityId, String)>,
    /// What becomes of it.
    pub fate: ImportFate,
}

/// What becomes of a rule of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportFate {
    /// It is added; its trigger and settings in words.
    New(Vec<String>),
    /// These fields change.
    Changed(Vec<FieldChange>),
    /// It was deleted and comes back, with these fields changed.
    Restored(Vec<FieldChange>),
    /// It can't be imported.
    Refused(FieldErrors),
}

/// What came of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// So many rules were added and changed.
    Done(usize, usize),
    /// Nothing was done: rules were changed since, or some can't be imported. This is what the file would do now.
    Again(ImportLook),
}
