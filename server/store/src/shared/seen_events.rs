//! Ids of events that are gone: an event that comes again is known as long as its id is here.

use std::collections::HashMap;

use leadbell_domain::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{CHUNK, Connection, Result, Sql, push_in};

/// Sixteen bytes that stand for an event's platform and id.
fn hash(source: &str, event_id: &str) -> Vec<u8> {
    let digest = Sha256::new()
        .chain_update(source)
        .chain_update([0])
        .chain_update(event_id)
        .finalize();
    digest[..16].to_vec()
}

/// Remembers events that are being removed, by (platform, id, arrival).
pub(super) async fn remember(db: &mut Connection, gone: &[(String, String, Timestamp)]) -> Result<()> {
    for chunk in gone.chunks(CHUNK) {
        let mut sql = Sql::new("INSERT INTO seen_events (hash, received_at) ");
        sql.push_values(chunk, |mut row, (source, event_id, at)| {
            row.push_bind(hash(source, event_id)).push_bind(*at);
        });
        sql.push(" ON CONFLICT (hash) DO NOTHING");
        sql.build().persistent(false).execute(&mut *db).await?;
    }
    Ok(())
}

/// Takes those events out again that were there once, by (key, platform, id); answers their keys.
///
/// To be asked after they were written: who removes an event at the same time has let the writing wait, and has told this
/// table by then.
pub(super) async fn take_out(db: &mut Connection, written: &[(&str, &str, &str)]) -> Result<Vec<String>> {
    let mut known = Vec::new();
    for chunk in written.chunks(CHUNK) {
        let keys: HashMap<Vec<u8>, &str> = chunk
            .iter()
            .map(|(key, source, event_id)| (hash(source, event_id), *key))
            .collect();
        let mut sql = Sql::new("SELECT hash FROM seen_events WHERE hash IN (");
        let mut hashes = sql.separated(", ");
        for hash in keys.keys() {
            hashes.push_bind(hash.clone());
        }
        sql.push(")");
        let found: Vec<Vec<u8>> = sql
            .build_query_scalar()
            .persistent(false)
            .fetch_all(&mut *db)
            .await?;
        known.extend(
            found
                .iter()
                .filter_map(|hash| keys.get(hash))
                .map(|key| (*key).to_owned()),
        );
    }
    if !known.is_empty() {
        let mut sql = Sql::new("DELETE FROM events WHERE ");
        push_in(&mut sql, "key", &known);
        sql.build().execute(&mut *db).await?;
    }
    Ok(known)
}
