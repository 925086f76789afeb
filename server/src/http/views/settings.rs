//! Figures of the database, as the page of settings shows them.

use leadbell_app::error::AppError;
use leadbell_app::views::settings::{RemovedRow, ReportView, StorageView, StoredRow};
use leadbell_domain::{TimeZone, thousands};
use leadbell_store::{ConnectionScope, StorageFigures};

use super::health::told_rows;
use crate::http::backend::store_error;
use crate::state::AppState;
use crate::weekly;

/// What there is.
pub async fn storage(state: &AppState) -> Result<StorageView, AppError> {
    let storage = state.store.storage().await.map_err(store_error)?;
    Ok(StorageView {
        size: whole(&storage),
        oldest_event: storage.oldest_event,
        stored: storage
            .tables
            .into_iter()
            .map(|figures| StoredRow {
                name: name(&figures.table),
                rows: figures.rows.map_or_else(|| "–".to_owned(), grouped),
                size: figures.bytes.map(bytes),
            })
            .collect(),
        removed: storage
            .pruned
            .iter()
            .map(|figures| RemovedRow {
                name: figures.kind.label(),
                last_at: figures.last_at,
                last_removed: grouped(figures.last_removed),
                removed: grouped(figures.removed),
            })
            .collect(),
    })
}

fn whole(storage: &StorageFigures) -> String {
    let free = match storage.free {
        0 => String::new(),
        free => format!(", of which {} are free for what comes", bytes(free)),
    };
    format!("The database takes {} on disk{free}.", bytes(storage.bytes))
}

fn name(table: &str) -> String {
    match table {
        "events" => "Events",
        "deliveries" => "Messages",
        "attempts" => "Tries of sending",
        "seen_events" => "Ids of removed events",
        "rules" => "Rules, deleted ones too",
        "rule_versions" => "Versions of rules",
        "audit" => "Lines of the audit log",
        other => other,
    }
    .to_owned()
}

fn grouped(number: i64) -> String {
    thousands(usize::try_from(number).unwrap_or_default())
}

/// `1.2 GB`.
fn bytes(number: i64) -> String {
    let mut size = number.max(0) as f64;
    let mut units = ["bytes", "KB", "MB", "GB", "TB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    for next in units {
        if size < 1_000.0 {
            break;
        }
        (size, unit) = (size / 1_000.0, next);
    }
    match unit {
        "bytes" => format!("{size:.0} {unit}"),
        _ => format!("{size:.1} {unit}"),
    }
}

/// Reports shown at most.
const REPORTS: i64 = 8;

/// The weekly report, and what came of the last ones.
pub async fn report(state: &AppState) -> Result<ReportView, AppError> {
    let house = ConnectionScope::House(Vec::new());
    let connections = state.store.list_connections(&house).await.map_err(store_error)?;
    let plan = weekly::plan(state).await.map_err(store_error)?;
    let told = state.store.reports(REPORTS).await.map_err(store_error)?;
    let target = plan.as_ref().and_then(weekly::Plan::target);
    let at = plan.as_ref().map(|plan| plan.weekly);
    Ok(ReportView {
        connections: connections
            .into_iter()
            .map(|connection| (connection.id.to_string(), connection.name))
            .collect(),
        connection: plan.map(|plan| plan.connection.to_string()).unwrap_or_default(),
        target: target.map(|target| target.id().to_owned()).unwrap_or_default(),
        weekday: at.map_or(0, |at| at.weekday).to_string(),
        hour: at.map_or(9, |at| at.hour).to_string(),
        zone: at.map_or(TimeZone::UTC, |at| at.zone).name().to_owned(),
        told: told_rows(told),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_at_a_glance() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(12_345_678), "12,345,678");
        assert_eq!(bytes(512), "512 bytes");
        assert_eq!(bytes(1_234_567), "1.2 MB");
        assert_eq!(bytes(15_000_000_000), "15.0 GB");
    }
}
