//! A product's presets, their form, and what they would make of the rules that follow them.

use leadbell_app::error::AppError;
use leadbell_app::views::{
    FollowerRow, Listing, PresetFollowers, PresetForm, PresetList, PresetRow, PresetSearch,
};
use leadbell_domain::{
    ConnectionId, EntityId, FilterKey, Level, Preset, PresetId, Rule, RuleNames, RuleStatus, SlackAction,
    Target, Template, Verb, Viewer, filter_lines, rule_diff,
};
use leadbell_store::{Connection, PresetQuery};

use super::form::connection_choice;
use super::rules::{connections, destination};
use super::{entity, offset};
use crate::actor::Caller;
use crate::http::backend::{PAGE, rule_error, store_error};
use crate::names::{Names, filter_names};
use crate::presets::{self, Following};
use crate::state::AppState;

/// A page of a product's presets.
pub async fn presets(
    state: &AppState,
    viewer: &Viewer,
    product: &EntityId,
    search: &PresetSearch,
) -> Result<PresetList, AppError> {
    let view = entity(state, viewer, Level::Product, product).await?;
    let query = PresetQuery {
        scope: viewer.scope(Level::Product, Verb::View),
        product: Some(product.clone()),
        search: search.q.trim().to_owned(),
        offset: offset(search.page),
        limit: PAGE,
    };
    let page = state.store.list_presets(&query).await.map_err(store_error)?;
    let likenesses: Vec<Rule> = page.rows.iter().filter_map(|row| likeness(&row.preset)).collect();
    let names = filter_names(&*state.store, viewer, Level::Product, product, likenesses.iter())
        .await
        .map_err(store_error)?;
    let rows = page
        .rows
        .into_iter()
        .map(|listed| row(listed.preset, listed.followers, &names))
        .collect();
    Ok(PresetList {
        view,
        listing: Listing {
            rows,
            total: page.total,
            offset: query.offset,
            limit: PAGE,
        },
    })
}

/// The preset as the rule it would be, to put its settings into words.
fn likeness(preset: &Preset) -> Option<Rule> {
    let draft = &preset.draft;
    let json = preset.to_json();
    let target = match draft.target.as_str() {
        "member" => Target::from_parts("member", &draft.member_id),
        "channel" => Target::from_parts("channel", &draft.channel_id),
        _ => Target::from_parts("channel", "C00000000"),
    };
    Some(Rule {
        name: draft.name.clone(),
        note: draft.note.clone(),
        preset: None,
        level: Level::Product,
        entity: preset.product.clone(),
        trigger: preset.trigger()?,
        filters: serde_json::from_value(json["filters"].clone()).ok()?,
        includes_test_leads: draft.include_test,
        includes_duplicates: draft.include_duplicates,
        action: SlackAction {
            connection: ConnectionId::new("00000000-0000-7000-8000-000000000000").ok()?,
            target: target.ok()?,
            template: Template::stored(&draft.text),
            shows_personal_data: false,
            sending: serde_json::from_value(json["action"]["sending"].clone()).unwrap_or_default(),
            layout: serde_json::from_value(json["action"]["layout"].clone()).unwrap_or_default(),
        },
        status: RuleStatus::Active,
    })
}

fn row(preset: Preset, followers: i64, names: &Names) -> PresetRow {
    let likeness = likeness(&preset);
    let settings = likeness
        .as_ref()
        .map(|rule| filter_lines(&rule.filters, |key, id| names.get(&(key, id.to_owned())).cloned()));
    let open = preset.draft.target.is_empty();
    PresetRow {
        trigger: preset.trigger(),
        settings: settings.unwrap_or_default(),
        destination: likeness
            .filter(|_| !open)
            .map(|rule| destination(&rule.action.target)),
        id: preset.id,
        name: preset.draft.name,
        note: preset.draft.note,
        text: preset.draft.text,
        followers,
        version: preset.version,
        updated_at: preset.updated_at,
    }
}

/// The form of a preset.
pub async fn preset_form(
    state: &AppState,
    viewer: &Viewer,
    product: &EntityId,
    preset: Option<&PresetId>,
) -> Result<PresetForm, AppError> {
    let view = entity(state, viewer, Level::Product, product).await?;
    if !view.can_manage {
        return Err(AppError::Forbidden);
    }
    let stored = match preset {
        Some(id) => {
            let found = presets::permitted(state, viewer, Some(product), id, Verb::Manage).await;
            Some(found.map_err(rule_error)?)
        }
        None => None,
    };
    let connections = connections(state, viewer)
        .await?
        .iter()
        .map(connection_choice)
        .collect();
    Ok(PresetForm {
        view,
        draft: stored
            .as_ref()
            .map(|preset| preset.draft.clone())
            .unwrap_or_default(),
        editing: stored.map(|preset| (preset.id, preset.version)),
        connections,
    })
}

/// A preset with the rules that follow it.
pub async fn preset_followers(
    state: &AppState,
    viewer: &Caller,
    product: &EntityId,
    preset: &PresetId,
) -> Result<PresetFollowers, AppError> {
    let view = entity(state, viewer, Level::Product, product).await?;
    let preset = presets::permitted(state, viewer, Some(product), preset, Verb::Manage)
        .await
        .map_err(rule_error)?;
    let (followed, more) = presets::preview(state, viewer, &preset)
        .await
        .map_err(rule_error)?;
    let mut told: Vec<Rule> = likeness(&preset).into_iter().collect();
    for one in &followed {
        told.push(one.stored.rule.clone());
        told.extend(one.becomes.as_ref().ok().cloned());
    }
    let names = filter_names(&*state.store, viewer, Level::Product, product, told.iter())
        .await
        .map_err(store_error)?;
    let words = Words {
        connections: connections(state, viewer).await?,
        preset: (preset.id.clone(), preset.draft.name.clone()),
        names,
    };
    let count = i64::try_from(followed.len()).unwrap_or(i64::MAX);
    Ok(PresetFollowers {
        view,
        rules: followed.into_iter().map(|one| follower(one, &words)).collect(),
        preset: row(preset, count, &words.names),
        more,
    })
}

fn follower(one: Following, words: &Words) -> FollowerRow {
    let Following { stored, becomes } = one;
    let (changes, misfits) = match becomes {
        Ok(becomes) => {
            let changes = rule_diff(&stored.rule, &becomes, words);
            (changes.iter().map(ToString::to_string).collect(), Vec::new())
        }
        Err(errors) => {
            let misfits = errors.0.into_iter().map(|error| (error.field, error.message));
            (Vec::new(), misfits.collect())
        }
    };
    FollowerRow {
        id: stored.id,
        number: stored.number,
        name: stored.rule.name,
        version: stored.version,
        changes,
        misfits,
    }
}

/// All it takes to name what rules refer to.
struct Words {
    names: Names,
    connections: Vec<Connection>,
    preset: (PresetId, String),
}

impl RuleNames for Words {
    fn value(&self, filter: FilterKey, id: &str) -> Option<String> {
        self.names.get(&(filter, id.to_owned())).cloned()
    }

    fn connection(&self, id: &ConnectionId) -> Option<String> {
        let found = self.connections.iter().find(|connection| connection.id == *id);
        found.map(|connection| connection.name.clone())
    }

    fn preset(&self, id: &PresetId) -> Option<String> {
        (*id == self.preset.0).then(|| self.preset.1.clone())
    }
}
