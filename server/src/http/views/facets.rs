//! What a list of rules can be narrowed by, in words.

use leadbell_app::error::AppError;
use leadbell_app::views::{Choice, EntityView};
use leadbell_domain::{EntityId, Level, Role, UserId, Verb, Viewer};
use leadbell_store::{MOST_FACETS, PresetQuery, RuleAuthor};

use super::entity;
use crate::http::backend::store_error;
use crate::state::AppState;

/// What stands in an address for rules that nobody in particular made.
const NOBODY: &str = "api";

/// What stands in an address for the choice that says there are more: it narrows nothing.
pub(super) const MORE: &str = "-";

/// The head of an entity's pages, with who made its rules and where they send to.
pub async fn entity_with_facets(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    id: &EntityId,
) -> Result<EntityView, AppError> {
    let mut view = entity(state, viewer, level, id).await?;
    let facets = state
        .store
        .rule_facets(&viewer.scope(level, Verb::View), level, id)
        .await
        .map_err(store_error)?;
    if sees_authors(viewer) {
        view.authors = facets
            .authors
            .into_iter()
            .map(|(id, name)| choice(id.as_str(), name))
            .collect();
        if facets.by_nobody {
            view.authors.push(choice(NOBODY, "API".to_owned()));
        }
        say_if_cut(&mut view.authors, "More people have made rules here");
    }
    view.destinations = facets
        .targets
        .iter()
        .map(|id| choice(id, format!("{} {id}", sign(id))))
        .collect();
    say_if_cut(&mut view.destinations, "There are more: search for the ID");
    view.has_presets = level == Level::Product && view.can_manage && has_presets(state, viewer, id).await?;
    Ok(view)
}

/// Whether the product keeps presets that rules can be made from.
async fn has_presets(state: &AppState, viewer: &Viewer, product: &EntityId) -> Result<bool, AppError> {
    let query = PresetQuery {
        scope: viewer.scope(Level::Product, Verb::View),
        product: Some(product.clone()),
        search: String::new(),
        offset: 0,
        limit: 1,
    };
    let page = state.store.list_presets(&query).await.map_err(store_error)?;
    Ok(!page.rows.is_empty())
}

/// Says so where not all are offered.
fn say_if_cut(choices: &mut Vec<Choice>, words: &str) {
    if i64::try_from(choices.len()).is_ok_and(|count| count >= MOST_FACETS) {
        choices.push(choice(MORE, words.to_owned()));
    }
}

fn choice(id: &str, name: String) -> Choice {
    Choice {
        id: id.to_owned(),
        name,
        note: None,
    }
}

/// Members' ids begin with U or W, all others are channels.
fn sign(id: &str) -> char {
    if id.starts_with(['U', 'W']) { '@' } else { '#' }
}

/// A publisher is not told who made his rules, so he can't ask for it either.
fn sees_authors(viewer: &Viewer) -> bool {
    viewer.role != Role::Publisher
}

/// Whose rules the text of an address asks for.
pub(super) fn author(viewer: &Viewer, text: &str) -> Option<RuleAuthor> {
    if !sees_authors(viewer) {
        return None;
    }
    match text {
        NOBODY => Some(RuleAuthor::Nobody),
        id => UserId::new(id).ok().map(RuleAuthor::Person),
    }
}
