//! What changes in an entry, in words.

use std::collections::BTreeSet;

use leadbell_domain::EntityId;
use leadbell_store::{CatalogEntry, EntryChange};

/// "new", or what is another than before: `name “A” → “B”; status Active → Paused`.
#[must_use]
pub fn change_in_words(change: &EntryChange) -> String {
    let Some(before) = &change.before else {
        return "new".to_owned();
    };
    let (old, new) = (&before.entity, &change.after.entity);
    let mut parts = Vec::new();
    if old.name != new.name {
        parts.push(format!("name “{}” → “{}”", old.name, new.name));
    }
    let mut told = |what: &str, old: Option<&str>, new: Option<&str>| {
        if old != new {
            parts.push(format!(
                "{what} {} → {}",
                old.unwrap_or("none"),
                new.unwrap_or("none")
            ));
        }
    };
    told(
        "platform",
        old.platform.map(|platform| platform.label()),
        new.platform.map(|platform| platform.label()),
    );
    told("status", Some(old.status.label()), Some(new.status.label()));
    let id = |id: &Option<EntityId>| id.as_ref().map(EntityId::to_string);
    for (what, old, new) in [
        ("product", &old.product, &new.product),
        ("publisher", &old.publisher, &new.publisher),
        ("buyer", &old.buyer, &new.buyer),
    ] {
        told(what, id(old).as_deref(), id(new).as_deref());
    }
    parts.extend(campaigns(before, &change.after));
    if old.discovered && !new.discovered {
        parts.push("no longer only discovered".to_owned());
    }
    parts.join("; ")
}

fn campaigns(before: &CatalogEntry, after: &CatalogEntry) -> Option<String> {
    let list = |ids: BTreeSet<&EntityId>| ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", ");
    let came = list(after.campaigns.difference(&before.campaigns).collect());
    let went = list(before.campaigns.difference(&after.campaigns).collect());
    match (came.is_empty(), went.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("campaigns in it: {came} added")),
        (true, false) => Some(format!("campaigns in it: {went} taken out")),
        (false, false) => Some(format!("campaigns in it: {came} added, {went} taken out")),
    }
}
