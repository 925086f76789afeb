//! The campaigns in pingtrees.

use std::collections::{BTreeSet, HashMap};

use leadbell_domain::EntityId;

use super::fields::Fields;
use super::{CHUNK, Connection, Result, Sql, push_in};

/// The campaigns in each of these trees; one without any is missing.
pub(super) async fn campaigns_of(
    db: &mut Connection,
    trees: impl Iterator<Item = &EntityId>,
) -> Result<HashMap<EntityId, BTreeSet<EntityId>>> {
    let mut sql = Sql::new("SELECT p.pingtree_id, p.campaign_id FROM pingtree_campaigns p WHERE ");
    push_in(&mut sql, "p.pingtree_id", trees.map(EntityId::as_str));
    let mut found: HashMap<EntityId, BTreeSet<EntityId>> = HashMap::new();
    for row in &sql.build().fetch_all(db).await? {
        let fields = Fields::of(row, "pingtree_campaigns", "pingtree_id")?;
        found
            .entry(fields.id("pingtree_id")?)
            .or_default()
            .insert(fields.id("campaign_id")?);
    }
    Ok(found)
}

/// Makes these the campaigns in a tree whose row is held.
pub(super) async fn write(
    db: &mut Connection,
    tree: &EntityId,
    campaigns: &BTreeSet<EntityId>,
) -> Result<()> {
    let mut gone = Sql::new("DELETE FROM pingtree_campaigns WHERE pingtree_id = ");
    gone.push_bind(tree.to_string()).push(" AND NOT (");
    push_in(&mut gone, "campaign_id", campaigns.iter().map(EntityId::as_str));
    gone.push(")").build().execute(&mut *db).await?;
    let campaigns: Vec<&EntityId> = campaigns.iter().collect();
    for chunk in campaigns.chunks(CHUNK) {
        let mut sql = Sql::new("INSERT INTO pingtree_campaigns (pingtree_id, campaign_id) ");
        sql.push_values(chunk, |mut row, campaign| {
            row.push_bind(tree.to_string()).push_bind(campaign.to_string());
        });
        sql.push(" ON CONFLICT DO NOTHING");
        sql.build().persistent(false).execute(&mut *db).await?;
    }
    Ok(())
}
