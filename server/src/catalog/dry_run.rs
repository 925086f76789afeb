//! What a file would do to the catalog: every line checked against it and against the other lines.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use leadbell_app::views::catalog::LineError;
use leadbell_domain::{Entity, EntityId, EntityKind, Platform, PlatformUse, Scope};
use leadbell_store::{CatalogPlan, EntityQuery, EntityUpsert};

use super::csv::{FileError, Line, read};
use super::save::{CatalogError, settle_platform};
use crate::state::AppState;

/// A file that was checked.
#[derive(Debug)]
pub struct Checked {
    /// What it tells, in the order of its lines.
    pub told: Vec<EntityUpsert>,
    /// The lines' numbers.
    pub lines: Vec<u64>,
    /// What it would do.
    pub plan: CatalogPlan,
}

type Key = (EntityKind, EntityId);

/// Reads a file and checks it for somebody who may change the catalog within `scope`.
pub async fn check(
    state: &AppState,
    scope: &Scope,
    file: &[u8],
) -> Result<Result<Checked, FileError>, CatalogError> {
    let lines = match read(file) {
        Ok(lines) => lines,
        Err(error) => return Ok(Err(error)),
    };
    let mut errors = Vec::new();
    let (mut told, numbers) = parse(&lines, &mut errors);
    if !errors.is_empty() {
        return Ok(Err(FileError::Lines(errors)));
    }
    let now = state.clock.now_ms();
    let known = known(state, &told).await?;
    for (entry, line) in told.iter_mut().zip(&numbers) {
        within(scope, entry, *line, &known, &mut errors);
    }
    let in_file: HashMap<Key, Option<Platform>> = told
        .iter()
        .map(|entry| ((entry.kind, entry.id.clone()), entry.platform))
        .collect();
    for (entry, line) in told.iter().zip(&numbers) {
        owners(entry, *line, &known, &in_file, &mut errors);
    }
    if !errors.is_empty() {
        errors.sort_by_key(|error| error.line);
        return Ok(Err(FileError::Lines(errors)));
    }
    let plan = state.store.plan_entries(&told, now).await?;
    Ok(Ok(Checked {
        told,
        lines: numbers,
        plan,
    }))
}

/// Every line as an entry; one that comes twice is a mistake.
fn parse(lines: &[Line], errors: &mut Vec<LineError>) -> (Vec<EntityUpsert>, Vec<u64>) {
    let mut seen: HashMap<Key, u64> = HashMap::new();
    let (mut told, mut numbers) = (Vec::new(), Vec::new());
    for line in lines {
        match line.draft.parse(line.kind) {
            Ok(entry) => {
                let before = seen.insert((entry.kind, entry.id.clone()), line.number);
                if let Some(before) = before {
                    let message = format!("This {} is in line {before} already.", entry.kind.key());
                    errors.push(wrong(line.number, "id", message));
                }
                told.push(EntityUpsert::entered(entry));
                numbers.push(line.number);
            }
            Err(found) => errors.extend(
                found
                    .0
                    .into_iter()
                    .map(|error| wrong(line.number, &error.field, error.message)),
            ),
        }
    }
    (told, numbers)
}

fn wrong(line: u64, field: &str, message: String) -> LineError {
    LineError {
        line,
        field: field.to_owned(),
        message,
    }
}

/// Everything of the catalog that the file speaks of.
async fn known(state: &AppState, told: &[EntityUpsert]) -> Result<HashMap<Key, Entity>, CatalogError> {
    let mut wanted: BTreeMap<EntityKind, BTreeSet<EntityId>> = BTreeMap::new();
    let mut want = |kind: EntityKind, id: &EntityId| {
        wanted.entry(kind).or_default().insert(id.clone());
    };
    for entry in told {
        want(entry.kind, &entry.id);
        for (kind, owner) in owned_by(entry) {
            want(kind, owner);
        }
    }
    let mut known = HashMap::new();
    for (kind, ids) in wanted {
        let query = EntityQuery {
            limit: i64::try_from(ids.len()).unwrap_or(i64::MAX),
            ids: Some(ids.into_iter().collect()),
            hide_deleted: false,
            counted: false,
            ..EntityQuery::of(kind, Scope::All)
        };
        let found = state.store.list_entities(&query).await?.rows;
        known.extend(
            found
                .into_iter()
                .map(|entity| ((kind, entity.id.clone()), entity)),
        );
    }
    Ok(known)
}

/// The owners, and the campaigns of a pingtree, that an entry names.
fn owned_by(entry: &EntityUpsert) -> impl Iterator<Item = (EntityKind, &EntityId)> {
    let campaigns = entry.campaigns.iter().flatten();
    [
        (EntityKind::Product, &entry.product),
        (EntityKind::Publisher, &entry.publisher),
        (EntityKind::Buyer, &entry.buyer),
    ]
    .into_iter()
    .filter_map(|(kind, id)| id.as_ref().map(|id| (kind, id)))
    .chain(campaigns.map(|id| (EntityKind::Campaign, id)))
}

/// Keeps an entry within what its importer looks after, and settles its platform.
fn within(
    scope: &Scope,
    entry: &mut EntityUpsert,
    line: u64,
    known: &HashMap<Key, Entity>,
    errors: &mut Vec<LineError>,
) {
    let before = known.get(&(entry.kind, entry.id.clone()));
    let what = entry.kind.key();
    if let (Scope::Platform(own), Some(other)) = (scope, before.and_then(|before| before.platform))
        && other != *own
    {
        let message = format!(
            "This {what} is of {}, which you do not look after.",
            other.label()
        );
        errors.push(wrong(line, "id", message));
        return;
    }
    // A file that leaves the platform out leaves it as it is.
    let said = entry
        .platform
        .or_else(|| before.and_then(|before| before.platform));
    match settle_platform(scope, entry.kind, before, said) {
        Ok(platform) => entry.platform = platform,
        Err(why) => errors.push(wrong(line, "platform", why)),
    }
    if before.is_none() && entry.kind.platform_use() == PlatformUse::One && entry.platform.is_none() {
        let message = format!("A new {what} needs its platform: lms or call_logic.");
        errors.push(wrong(line, "platform", message));
    }
}

/// Complains about owners that are neither in the catalog nor in the file, and about products of another platform.
fn owners(
    entry: &EntityUpsert,
    line: u64,
    known: &HashMap<Key, Entity>,
    in_file: &HashMap<Key, Option<Platform>>,
    errors: &mut Vec<LineError>,
) {
    for (kind, id) in owned_by(entry) {
        let key = (kind, id.clone());
        let field = match kind {
            EntityKind::Campaign => "campaigns",
            other => other.key(),
        };
        let stored = known.get(&key).and_then(|owner| owner.platform);
        let told = in_file.get(&key).copied();
        if told.is_none() && !known.contains_key(&key) {
            let message = format!("There is no {} {id} in the catalog or in this file.", kind.key());
            errors.push(wrong(line, field, message));
            continue;
        }
        let platform = told.flatten().or(stored);
        if kind == EntityKind::Product
            && let (Some(own), Some(other)) = (entry.platform, platform)
            && own != other
        {
            let message = format!(
                "Product {id} is of {}, and what belongs to it as well.",
                other.label()
            );
            errors.push(wrong(line, field, message));
        }
    }
}
