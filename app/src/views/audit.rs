//! The audit log as its page shows it.

use leadbell_domain::{AuditAction, Platform, Timestamp};

/// Search, filters and paging of the audit log; the address of the page holds the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditSearch {
    /// Part of names, labels and details.
    pub q: String,
    /// An action's key; empty for all.
    pub action: String,
    /// Part of the name of who did it.
    pub who: String,
    /// First day, `2026-11-23`; empty for the beginning.
    pub from: String,
    /// Last day; empty for now.
    pub to: String,
    /// Page, from 1; 0 counts as 1.
    pub page: u32,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// Who, as he was called then.
    pub who: String,
    /// What sort of actor he is, where he is no person: "API key".
    pub sort: Option<&'static str>,
    /// What he did.
    pub action: AuditAction,
    /// To what.
    pub subject: String,
    /// Its page, where there is one for the reader.
    pub href: Option<String>,
    /// Where it lives: "Product 218".
    pub place: Option<String>,
    /// Its platform.
    pub platform: Option<Platform>,
    /// What was and what is.
    pub detail: String,
}
