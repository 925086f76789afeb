//! What changes of rules are told in: the names a viewer may know.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use leadbell_domain::{
    ConnectionId, EntityId, FilterKey, Level, PresetId, Role, Rule, RuleNames, UserId, Verb, Viewer,
};
use leadbell_store::{Actor, Store, StoreError};

use crate::access::connection_scope;
use crate::names::{Names, filter_names};

/// What a viewer reads of a connection that is not his to use.
pub const HIDDEN_CONNECTION: &str = "Your manager's connection";

/// The names of everything some rules of one entity refer to, as far as a viewer may know them.
pub struct RuleWords {
    /// Names of entities in filters.
    pub filters: Names,
    connections: HashMap<ConnectionId, String>,
    /// Names of the presets they follow.
    presets: HashMap<PresetId, String>,
}

impl RuleWords {
    /// Looks the names up, a query per kind.
    pub async fn load<'a>(
        store: &dyn Store,
        viewer: &Viewer,
        level: Level,
        entity: &EntityId,
        rules: impl Iterator<Item = &'a Rule>,
    ) -> Result<Self, StoreError> {
        let rules: Vec<&Rule> = rules.collect();
        let mut presets = HashMap::new();
        let scope = viewer.scope(Level::Product, Verb::View);
        for id in rules.iter().filter_map(|rule| rule.preset.as_ref()) {
            if let Entry::Vacant(unknown) = presets.entry(id.clone())
                && let Some(preset) = store.find_preset(id, &scope).await?
            {
                unknown.insert(preset.draft.name);
            }
        }
        let filters = filter_names(store, viewer, level, entity, rules.into_iter()).await?;
        let connections = store
            .list_connections(&connection_scope(viewer))
            .await?
            .into_iter()
            .map(|connection| (connection.id, connection.name))
            .collect();
        Ok(Self {
            filters,
            connections,
            presets,
        })
    }
}

impl RuleNames for RuleWords {
    fn value(&self, filter: FilterKey, id: &str) -> Option<String> {
        self.filters.get(&(filter, id.to_owned())).cloned()
    }

    fn connection(&self, id: &ConnectionId) -> Option<String> {
        let known = self.connections.get(id).cloned();
        Some(known.unwrap_or_else(|| HIDDEN_CONNECTION.to_owned()))
    }

    fn preset(&self, id: &PresetId) -> Option<String> {
        self.presets.get(id).cloned()
    }
}

/// What a viewer reads of who made some changes.
pub struct Makers {
    viewer: Viewer,
    /// People of the publisher's own house, by id; only asked for publishers.
    colleagues: Vec<UserId>,
}

impl Makers {
    /// Looks up what has to be known of them. A publisher learns no names of staff or of their programs.
    pub async fn load<'a>(
        store: &dyn Store,
        viewer: &Viewer,
        actors: impl Iterator<Item = &'a Actor>,
    ) -> Result<Self, StoreError> {
        let mut colleagues = Vec::new();
        if viewer.role == Role::Publisher {
            let mut asked: Vec<&UserId> = actors.filter_map(Actor::user).collect();
            asked.sort();
            asked.dedup();
            for id in asked {
                if let Some(user) = store.find_user(id).await?
                    && user.role == Role::Publisher
                    && user.publishers.iter().any(|id| viewer.publishers.contains(id))
                {
                    colleagues.push(user.id);
                }
            }
        }
        Ok(Self {
            viewer: viewer.clone(),
            colleagues,
        })
    }

    /// Who it was, in words for this viewer.
    #[must_use]
    pub fn say(&self, actor: &Actor) -> String {
        if actor.user().is_some() && actor.user() == self.viewer.user.as_ref() {
            return "You".to_owned();
        }
        if self.viewer.role == Role::Publisher {
            let house = actor.user().is_some_and(|id| self.colleagues.contains(id));
            return if house { "A colleague" } else { "Your manager" }.to_owned();
        }
        match actor {
            Actor::Key { name, .. } => format!("API key “{name}”"),
            other => other.name().to_owned(),
        }
    }
}
