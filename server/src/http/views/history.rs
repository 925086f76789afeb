//! The versions of a rule, the deleted rules of an entity, and two people's words for one rule side by side.

use leadbell_app::error::AppError;
use leadbell_app::views::{
    Comparison, DeletedPage, DeletedRow, Fact, HistoryPage, Listing, SaveRule, VersionRow,
};
use leadbell_domain::{EntityId, Level, Rule, RuleId, RuleNames as _, Verb, Viewer, filter_lines, rule_diff};
use leadbell_store::{ChangeKind, KeptRule, RuleVersion};

use super::entity;
use super::rules::destination;
use crate::actor::Caller;
use crate::http::backend::{PAGE, rule_error, store_error};
use crate::judging::judge;
use crate::rule_words::{Makers, RuleWords};
use crate::rules;
use crate::state::AppState;

/// A page of a rule's versions.
pub async fn rule_history(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    entity_id: &EntityId,
    id: &RuleId,
    page: u32,
) -> Result<HistoryPage, AppError> {
    let view = entity(state, viewer, level, entity_id).await?;
    let KeptRule { stored, deleted_at } =
        rules::permitted_kept(state, viewer, level, entity_id, id, Verb::View)
            .await
            .map_err(rule_error)?;
    let scope = viewer.scope(level, Verb::View);
    let offset = super::offset(page);
    // One more than is shown: the last one shown is compared with it.
    let mut versions = state
        .store
        .rule_versions(id, level, &scope, offset, PAGE + 1)
        .await
        .map_err(store_error)?;
    let rules = versions.rows.iter().map(|version| &version.rule);
    let words = RuleWords::load(&*state.store, viewer, level, entity_id, rules)
        .await
        .map_err(store_error)?;
    let makers = Makers::load(
        &*state.store,
        viewer,
        versions.rows.iter().map(|version| &version.by),
    )
    .await
    .map_err(store_error)?;
    let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let before: Vec<Option<Rule>> = versions
        .rows
        .iter()
        .skip(1)
        .map(|version| Some(version.rule.clone()))
        .chain([None])
        .collect();
    versions.rows.truncate(shown);
    let newest = stored.version;
    let rows = versions
        .rows
        .into_iter()
        .zip(before)
        .map(|(version, before)| VersionRow {
            restorable: view.can_manage
                && (deleted_at.is_some() || (version.version != newest && version.rule != stored.rule)),
            ..version_row(version, before.as_ref(), &words, &makers)
        })
        .collect();
    Ok(HistoryPage {
        view,
        rule: stored.id,
        number: stored.number,
        name: stored.rule.name,
        version: newest,
        deleted_at,
        listing: Listing {
            rows,
            total: versions.total,
            offset,
            limit: PAGE,
        },
    })
}

fn version_row(
    version: RuleVersion,
    before: Option<&Rule>,
    words: &RuleWords,
    makers: &Makers,
) -> VersionRow {
    VersionRow {
        version: version.version,
        at: version.at,
        who: makers.say(&version.by),
        what: version.change.label(),
        // A deletion leaves the rule as it was; so there is nothing to tell of it.
        changes: before
            .filter(|_| version.change != ChangeKind::Deleted)
            .map(|before| rule_diff(before, &version.rule, words)),
        facts: facts(&version.rule, words),
        restorable: false,
    }
}

/// A rule in words.
fn facts(rule: &Rule, words: &RuleWords) -> Vec<Fact> {
    let mut settings = filter_lines(&rule.filters, |key, id| words.value(key, id));
    if settings.is_empty() {
        settings.push("Every event".to_owned());
    }
    if rule.includes_test_leads {
        settings.push("Also for test leads".to_owned());
    }
    if rule.includes_duplicates {
        settings.push("Also for repeated ping backs".to_owned());
    }
    let one = |label, text: String| Fact {
        label,
        lines: vec![text],
    };
    let connection = words.connection(&rule.action.connection).unwrap_or_default();
    let mut facts = vec![
        one("Trigger", rule.trigger.label()),
        Fact {
            label: "Trigger Settings",
            lines: settings,
        },
        one("Destination", destination(&rule.action.target)),
        one("Saved connection", connection),
        one("Message Text", rule.action.template.text().to_owned()),
    ];
    if rule.action.shows_personal_data {
        facts.push(one("Personal data", "Shown unmasked".to_owned()));
    }
    let layout = rule.action.layout.lines();
    if !layout.is_empty() {
        facts.push(Fact {
            label: "Card",
            lines: layout,
        });
    }
    let sending = rule.action.sending.lines();
    if !sending.is_empty() {
        facts.push(Fact {
            label: "Sending",
            lines: sending,
        });
    }
    for (label, text) in [("Name", &rule.name), ("Note", &rule.note)] {
        if !text.is_empty() {
            facts.push(one(label, text.clone()));
        }
    }
    facts.push(one("Status", rule.status.label().to_owned()));
    facts
}

/// A page of an entity's deleted rules.
pub async fn deleted_rules(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    entity_id: &EntityId,
    page: u32,
) -> Result<DeletedPage, AppError> {
    let view = entity(state, viewer, level, entity_id).await?;
    let offset = super::offset(page);
    let scope = viewer.scope(level, Verb::View);
    let deleted = state
        .store
        .list_deleted_rules(level, entity_id, &scope, offset, PAGE)
        .await
        .map_err(store_error)?;
    let rules = deleted.rows.iter().map(|kept| &kept.stored.rule);
    let words = RuleWords::load(&*state.store, viewer, level, entity_id, rules)
        .await
        .map_err(store_error)?;
    let rows = deleted
        .rows
        .into_iter()
        .map(|KeptRule { stored, deleted_at }| DeletedRow {
            facts: facts(&stored.rule, &words),
            id: stored.id,
            number: stored.number,
            name: stored.rule.name,
            version: stored.version,
            deleted_at: deleted_at.unwrap_or(stored.updated_at),
        })
        .collect();
    Ok(DeletedPage {
        view,
        listing: Listing {
            rows,
            total: deleted.total,
            offset,
            limit: PAGE,
        },
    })
}

/// What was typed beside what is stored now.
pub async fn compare(state: &AppState, caller: &Caller, save: &SaveRule) -> Result<Comparison, AppError> {
    let (level, entity_id) = (save.level, &save.entity);
    let (id, seen) = save.editing.as_ref().ok_or(AppError::NotFound)?;
    let view = entity(state, caller, level, entity_id).await?;
    let kept = rules::permitted_kept(state, caller, level, entity_id, id, Verb::Manage)
        .await
        .map_err(rule_error)?;
    let now = kept.stored;
    let lives_on = rules::permitted_entity(state, caller, level, entity_id, Verb::Manage)
        .await
        .map_err(rule_error)?;
    let typed = judge(state, caller, level, &lives_on, &save.draft, Some(&now.rule))
        .await
        .map_err(rule_error)?
        .rule;
    let scope = caller.scope(level, Verb::Manage);
    let version = async |version| {
        state
            .store
            .rule_version(id, level, &scope, version)
            .await
            .map_err(store_error)
    };
    let (newest, seen) = (version(now.version).await?, version(*seen).await?);
    let rules = [&now.rule, &typed]
        .into_iter()
        .chain(seen.as_ref().map(|seen| &seen.rule));
    let words = RuleWords::load(&*state.store, caller, level, entity_id, rules)
        .await
        .map_err(store_error)?;
    let makers = Makers::load(&*state.store, caller, newest.iter().map(|newest| &newest.by))
        .await
        .map_err(store_error)?;
    Ok(Comparison {
        view,
        number: now.number,
        version: now.version,
        deleted: kept.deleted_at.is_some(),
        who: newest.map_or_else(|| "Somebody".to_owned(), |newest| makers.say(&newest.by)),
        at: now.updated_at,
        theirs: seen.map(|seen| rule_diff(&seen.rule, &now.rule, &words)),
        mine: rule_diff(&now.rule, &typed, &words),
    })
}
