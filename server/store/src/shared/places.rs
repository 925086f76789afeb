//! What Slack calls the places that are sent to.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use leadbell_domain::{ConnectionId, Target};

use super::fields::Fields;
use super::{DbStore, Result, Sql, destinations, push_in};
use crate::Places;
use crate::text::clean;

#[async_trait]
impl Places for DbStore {
    async fn name_place(&self, connection: &ConnectionId, target: &Target, name: &str) -> Result<()> {
        let place = destinations::place(connection, target);
        let mut tx = self.begin().await?;
        let ids = destinations::ensure(&mut tx, &BTreeSet::from([place])).await?;
        for id in ids.values() {
            sqlx::query("UPDATE destinations SET name = $2 WHERE id = $1")
                .bind(id)
                .bind(clean(name))
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    async fn place_names(
        &self,
        places: &[(ConnectionId, Target)],
    ) -> Result<HashMap<(ConnectionId, Target), String>> {
        if places.is_empty() {
            return Ok(HashMap::new());
        }
        let connections: BTreeSet<&str> = places.iter().map(|(id, _)| id.as_str()).collect();
        let targets: BTreeSet<&str> = places.iter().map(|(_, target)| target.id()).collect();
        let mut sql = Sql::new(
            "SELECT id, connection_id, target_kind, target_id, name FROM destinations WHERE name IS NOT NULL AND ",
        );
        push_in(&mut sql, "connection_id", connections);
        sql.push(" AND ");
        push_in(&mut sql, "target_id", targets);
        let mut names = HashMap::new();
        for row in &sql.build().fetch_all(&self.reader).await? {
            let fields = Fields::of(row, "destinations", "id")?;
            names.insert(
                (fields.id("connection_id")?, fields.target()?),
                fields.get("name")?,
            );
        }
        Ok(names)
    }
}
