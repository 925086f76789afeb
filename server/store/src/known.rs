//! What events have told of entities already, so that the thousandth event of a channel writes nothing about it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use leadbell_domain::{EntityId, EntityKind};

use crate::EntityUpsert;

/// Entities remembered at most: about 20 MB. Beyond it all are forgotten, and learned anew at one write each.
const MAX_KNOWN: usize = 50_000;

/// Mentions that are in the database for certain.
#[derive(Default)]
pub(crate) struct KnownEntities(Mutex<HashMap<(EntityKind, EntityId), EntityUpsert>>);

impl KnownEntities {
    /// Those mentions that tell something new, without repetitions, in the order given.
    pub(crate) fn news<'a>(&self, mentions: impl Iterator<Item = &'a EntityUpsert>) -> Vec<EntityUpsert> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fresh: HashMap<(EntityKind, EntityId), EntityUpsert> = HashMap::new();
        let mut news = Vec::new();
        for mention in mentions {
            let key = (mention.kind, mention.id.clone());
            let told = fresh.get(&key).or_else(|| known.get(&key));
            if told.is_some_and(|told| tells_nothing_new(told, mention)) {
                continue;
            }
            fresh.insert(key, merged(told, mention));
            news.push(mention.clone());
        }
        news
    }

    /// Remembers what was committed.
    pub(crate) fn remember(&self, written: &[EntityUpsert]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + written.len() > MAX_KNOWN {
            known.clear();
        }
        for mention in written {
            let key = (mention.kind, mention.id.clone());
            let told = merged(known.get(&key), mention);
            known.insert(key, told);
        }
    }

    /// Forgets what was changed by hand: what events say of it is news again.
    pub(crate) fn forget<'a>(&self, changed: impl Iterator<Item = (EntityKind, &'a EntityId)>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, id) in changed {
            known.remove(&(kind, id.clone()));
        }
    }
}

fn tells_nothing_new(told: &EntityUpsert, mention: &EntityUpsert) -> bool {
    fn same<T: PartialEq>(told: Option<&T>, mentioned: Option<&T>) -> bool {
        mentioned.is_none() || told == mentioned
    }
    same(told.name.as_ref(), mention.name.as_ref())
        && same(told.platform.as_ref(), mention.platform.as_ref())
        && same(told.product.as_ref(), mention.product.as_ref())
        && same(told.publisher.as_ref(), mention.publisher.as_ref())
        && same(told.buyer.as_ref(), mention.buyer.as_ref())
        && holds_all(told.campaigns.as_deref(), mention.campaigns.as_deref())
}

fn holds_all<T: PartialEq>(told: Option<&[T]>, mentioned: Option<&[T]>) -> bool {
    let told = told.unwrap_or_default();
    mentioned.unwrap_or_default().iter().all(|one| told.contains(one))
}

/// What is told in all: an event that leaves the name out does not make the next one that has it news.
fn merged(told: Option<&EntityUpsert>, mention: &EntityUpsert) -> EntityUpsert {
    let mut all = mention.clone();
    if let Some(told) = told {
        all.name = all.name.or_else(|| told.name.clone());
        all.platform = all.platform.or(told.platform);
        all.product = all.product.or_else(|| told.product.clone());
        all.publisher = all.publisher.or_else(|| told.publisher.clone());
        all.buyer = all.buyer.or_else(|| told.buyer.clone());
        // A tree is told of one campaign at a time.
        for campaign in told.campaigns.iter().flatten() {
            let campaigns = all.campaigns.get_or_insert_default();
            if !campaigns.contains(campaign) {
                campaigns.push(campaign.clone());
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(name: Option<&str>, publisher: Option<&str>) -> EntityUpsert {
        EntityUpsert {
            kind: EntityKind::Channel,
            id: EntityId::new("c-1").unwrap(),
            name: name.map(str::to_owned),
            platform: None,
            status: None,
            product: None,
            publisher: publisher.map(|id| EntityId::new(id).unwrap()),
            buyer: None,
            campaigns: None,
            discovered: true,
        }
    }

    #[test]
    fn a_repeated_mention_is_no_news() {
        let known = KnownEntities::default();
        let news = known.news([channel(Some("Web"), None), channel(Some("Web"), None)].iter());
        assert_eq!(news, [channel(Some("Web"), None)]);
        known.remember(&news);
        assert_eq!(
            known.news([channel(Some("Web"), None), channel(None, None)].iter()),
            []
        );
    }

    #[test]
    fn a_new_name_or_owner_is_news_once() {
        let known = KnownEntities::default();
        known.remember(&[channel(Some("Web"), None)]);
        let news = known.news([channel(Some("Web 2"), None), channel(None, Some("1044"))].iter());
        assert_eq!(news.len(), 2);
        known.remember(&news);
        assert_eq!(known.news([channel(Some("Web 2"), Some("1044"))].iter()), []);
    }

    #[test]
    fn each_new_campaign_of_a_pingtree_is_news_once() {
        let tree = |campaign: &str| EntityUpsert {
            kind: EntityKind::Pingtree,
            campaigns: Some(vec![EntityId::new(campaign).unwrap()]),
            ..channel(None, None)
        };
        let known = KnownEntities::default();
        known.remember(&[tree("8807")]);
        assert_eq!(known.news([tree("8807"), tree("8808")].iter()), [tree("8808")]);
        known.remember(&[tree("8808")]);
        assert_eq!(known.news([tree("8807"), tree("8808")].iter()), []);
    }

    #[test]
    fn what_was_forgotten_is_news_again() {
        let known = KnownEntities::default();
        known.remember(&[channel(Some("Web"), None)]);
        known.forget([(EntityKind::Channel, &EntityId::new("c-1").unwrap())].into_iter());
        assert_eq!(known.news([channel(Some("Web"), None)].iter()).len(), 1);
    }

    #[test]
    fn what_was_not_remembered_stays_news() {
        let known = KnownEntities::default();
        assert_eq!(known.news([channel(None, None)].iter()).len(), 1);
        assert_eq!(known.news([channel(None, None)].iter()).len(), 1);
    }
}
