//! What the house settled for itself, as every request reads it; and the way to change it.

use std::sync::Arc;

use arc_swap::ArcSwap;
use leadbell_domain::settings::setting_label;
use leadbell_domain::{AuditAction, Duty, FieldErrors, Scope, Settings, Verb};
use leadbell_store::{Store, StoreError};

use crate::actor::Caller;
use crate::audit::{self, Line, changed};
use crate::state::AppState;

/// The settings in force, kept equal to the store's.
#[derive(Default)]
pub struct LiveSettings(ArcSwap<Settings>);

impl LiveSettings {
    /// Loads them.
    pub async fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let live = Self::default();
        live.refresh(store).await?;
        Ok(live)
    }

    /// The settings in force.
    #[must_use]
    pub fn now(&self) -> Arc<Settings> {
        self.0.load_full()
    }

    /// Takes over what the store has: another server may have changed it.
    pub async fn refresh(&self, store: &dyn Store) -> Result<(), StoreError> {
        let kept = store.settings().await?;
        let texts = kept.iter().map(|(key, text)| (key.as_str(), text.as_str()));
        let settings = Settings::of_kept(texts);
        if *self.now() != settings {
            self.0.store(Arc::new(settings));
        }
        Ok(())
    }
}

/// Why settings were not changed.
#[derive(Debug)]
pub enum NotChanged {
    /// Not this caller's to change.
    Forbidden,
    /// Complaints at the settings' keys.
    Fields(FieldErrors),
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for NotChanged {
    fn from(error: StoreError) -> Self {
        NotChanged::Store(error)
    }
}

/// Changes settings, given as key and text; answers what changed, in words, a line each.
pub async fn change(
    state: &AppState,
    caller: &Caller,
    texts: &[(String, String)],
) -> Result<Vec<String>, NotChanged> {
    if caller.duty(Duty::Settings, Verb::Manage) != Scope::All {
        return Err(NotChanged::Forbidden);
    }
    let store = &*state.store;
    // What others changed a moment ago stays.
    state.settings.refresh(store).await?;
    let before = state.settings.now();
    let typed = texts.iter().map(|(key, text)| (key.as_str(), text.as_str()));
    let after = before.put(typed).map_err(NotChanged::Fields)?;
    let changes = before.changes(&after);
    let rows: Vec<(String, String)> = changes
        .iter()
        .map(|change| (change.key.to_owned(), change.after.clone()))
        .collect();
    let now = state.clock.now_ms();
    store.put_settings(&rows, now).await?;
    state.settings.refresh(store).await?;
    let lines: Vec<String> = changes
        .iter()
        .filter_map(|change| changed(setting_label(change.key), &change.before, &change.after))
        .collect();
    if !lines.is_empty() {
        let line =
            Line::of(AuditAction::SettingsChanged, "settings", None, "Settings").detail(lines.join("; "));
        audit::record(store, &caller.actor, now, line).await;
    }
    Ok(lines)
}
