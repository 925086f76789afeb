//! Names that an event does not bring along, taken from the catalog, so that a message says "Blue Traffic" and not "-".

use leadbell_domain::{EntityKind, EntityRef, Event, Scope};
use leadbell_store::{Store, StoreError};

/// Fills in the names the event lacks and the catalog knows. Costs a look-up for each, so it is for events that
/// somebody will read about.
pub async fn fill(event: &mut Event, store: &dyn Store) -> Result<(), StoreError> {
    let nameless = mentioned(event)
        .into_iter()
        .filter(|(_, entity)| entity.name.is_none());
    for (kind, entity) in nameless {
        // No viewer is asking: what a message may say was decided when its rule was saved.
        let known = store.find_entity(kind, &entity.id, &Scope::All).await?;
        entity.name = known.map(|known| known.name);
    }
    Ok(())
}

/// Everything with an id that an event mentions.
pub(crate) fn mentioned(event: &mut Event) -> Vec<(EntityKind, &mut EntityRef)> {
    let mut all = vec![(EntityKind::Product, &mut event.product)];
    all.extend(
        event
            .publisher
            .as_mut()
            .map(|entity| (EntityKind::Publisher, entity)),
    );
    all.extend(event.channel.as_mut().map(|entity| (EntityKind::Channel, entity)));
    all.extend(event.source.as_mut().map(|entity| (EntityKind::Source, entity)));
    all.extend(event.buyer.as_mut().map(|entity| (EntityKind::Buyer, entity)));
    let campaign = event.campaign.as_mut().map(|campaign| &mut campaign.entity);
    all.extend(campaign.map(|entity| (EntityKind::Campaign, entity)));
    let pingtree = event.pingtree.as_mut().map(|pingtree| &mut pingtree.entity);
    all.extend(pingtree.map(|entity| (EntityKind::Pingtree, entity)));
    all
}
