//! The form of a preset: plain HTML. Changing the event or searching for values draws it again with all that was typed.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{
    EntityId, FilterKey, Level, Method, Policy, PresetId, RuleDraft, SecretText, Trigger, filter_label,
    form_fields,
};

use super::Visit;
use super::form::Wrong;
use super::preset_fields;
use super::presets::{preset_address, preset_of, product_of};
use crate::address;
use crate::error::AppError;
use crate::http::{Form, Pages};
use crate::views::{Choice, ChoiceQuery, PresetForm};

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/products/{id}/presets/new", get(open).post(post))
        .route("/products/{id}/presets/{preset}", get(open).post(post))
}

/// What stands in the form.
pub(super) struct Sheet {
    /// What the server knows.
    pub form: PresetForm,
    /// The event chosen, if it is one.
    pub trigger: Option<Trigger>,
    /// The filters that this event and person may use.
    pub filters: Vec<FilterKey>,
    /// Values to tick: those chosen, then those found.
    pub values: BTreeMap<FilterKey, Vec<Choice>>,
    /// What was looked for in each filter.
    pub find: BTreeMap<FilterKey, String>,
    /// What is wrong.
    pub wrong: Wrong,
    /// Where it is posted.
    pub action: String,
    /// Where "Cancel" leads.
    pub list: String,
}

/// `None` for a new preset.
fn which(visit: &Visit) -> Option<(EntityId, Option<PresetId>)> {
    let (product, rest) = product_of(visit)?;
    match rest.as_slice() {
        [new] if new == "new" => Some((product, None)),
        _ => preset_of(visit).map(|(product, preset)| (product, Some(preset))),
    }
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((product, preset)) = which(&visit) else {
        return visit.trouble(AppError::NotFound).await;
    };
    let find = |_: FilterKey| String::new();
    show(visit, &product, preset.as_ref(), None, find, Wrong::default()).await
}

/// Draws the form with what was posted, or with what is stored.
async fn show(
    visit: Visit,
    product: &EntityId,
    preset: Option<&PresetId>,
    posted: Option<(RuleDraft, Option<i64>)>,
    find: impl Fn(FilterKey) -> String,
    wrong: Wrong,
) -> Response {
    let mut form = match visit.backend.preset_form(product, preset).await {
        Ok(form) => form,
        Err(error) => return visit.trouble(error).await,
    };
    if let Some((draft, seen)) = posted {
        form.draft = draft;
        if let (Some((_, version)), Some(seen)) = (&mut form.editing, seen) {
            *version = seen;
        }
    }
    let trigger =
        Trigger::from_key(&form.draft.trigger).filter(|trigger| form.view.triggers.contains(trigger));
    let filters = trigger
        .map(|trigger| form_fields(visit.person.role, Policy::default(), Level::Product, trigger).filters)
        .unwrap_or_default();
    let (mut values, mut looked_for) = (BTreeMap::new(), BTreeMap::new());
    for key in filters.iter().filter(|key| **key != FilterKey::Price) {
        let q = find(*key);
        match offered(&visit, product, &form.draft, *key, &q).await {
            Ok(found) => values.insert(*key, found),
            Err(error) => return visit.trouble(error).await,
        };
        looked_for.insert(*key, q);
    }
    let refused = !wrong.errors.is_empty() || wrong.message.is_some();
    let title = match &form.editing {
        Some(_) => format!("Preset {}", form.draft.name),
        None => "New preset".to_owned(),
    };
    let sheet = Sheet {
        action: match preset {
            Some(preset) => preset_address(product, preset),
            None => format!("{}/new", address::presets(product)),
        },
        list: address::presets(product),
        trigger,
        filters,
        values,
        find: looked_for,
        wrong,
        form,
    };
    let draw = || preset_fields::shown(&sheet, &title);
    if refused {
        visit.refused(&title, draw).await
    } else {
        visit.page(&title, draw).await
    }
}

/// The values to tick: what is chosen stays, what is looked for (or the first ones) follows.
async fn offered(
    visit: &Visit,
    product: &EntityId,
    draft: &RuleDraft,
    key: FilterKey,
    q: &str,
) -> Result<Vec<Choice>, AppError> {
    let chosen: Vec<String> = draft
        .filters
        .get(&key)
        .map(|filter| filter.values.clone())
        .unwrap_or_default();
    if key == FilterKey::Method {
        let plain = |method: Method| Choice {
            id: method.key().to_owned(),
            name: method.key().to_owned(),
            note: None,
        };
        return Ok(Method::ALL.into_iter().map(plain).collect());
    }
    let values = |of: FilterKey| {
        draft
            .filters
            .get(&of)
            .filter(|filter| !filter.exclude)
            .map(|filter| filter.values.clone())
            .unwrap_or_default()
    };
    let query = ChoiceQuery {
        level: Level::Product,
        entity: product.clone(),
        filter: key,
        q: q.to_owned(),
        publishers: values(FilterKey::Publisher),
        buyers: values(FilterKey::Buyer),
    };
    let mut found = if chosen.is_empty() {
        Vec::new()
    } else {
        visit.backend.chosen(&query, &chosen).await?
    };
    // Without a search only a handful: the list is for looking, the search for finding.
    let most = if q.is_empty() { 8 } else { 50 };
    for choice in visit.backend.choices(&query).await?.into_iter().take(most) {
        if !found.iter().any(|known| known.id == choice.id) {
            found.push(choice);
        }
    }
    Ok(found)
}

/// What the form holds, without what this event has no filter for. Says what fell away.
fn read(form: &Form, role: leadbell_domain::Role) -> (RuleDraft, Option<String>) {
    let mut draft = RuleDraft::from_form(form.pairs());
    draft.auth_token = SecretText::default();
    let Some(trigger) = Trigger::from_key(&draft.trigger) else {
        return (draft, None);
    };
    let offered = form_fields(role, Policy::default(), Level::Product, trigger);
    let mut dropped: Vec<&str> = Vec::new();
    draft.filters.retain(|key, filter| {
        let keep = offered.filters.contains(key);
        if !keep && !filter.values.is_empty() {
            dropped.push(filter_label(*key));
        }
        keep
    });
    let op = draft.price.op.clone();
    if !op.is_empty() && !offered.price_ops.iter().any(|known| known.key() == op) {
        dropped.push(filter_label(FilterKey::Price));
        draft.price = leadbell_domain::PriceDraft::default();
    }
    if draft.include_duplicates && trigger != Trigger::LmsRevenuePingBack {
        draft.include_duplicates = false;
        dropped.push("Also for repeated ping backs");
    }
    let said = (!dropped.is_empty()).then(|| {
        format!(
            "{} does not have these settings, so they are gone: {}.",
            trigger.label(),
            dropped.join(", ")
        )
    });
    (draft, said)
}

async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(read) => read,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((product, preset)) = which(&visit) else {
        return visit.trouble(AppError::NotFound).await;
    };
    let version: Option<i64> = form.first("version").and_then(|version| version.parse().ok());
    let find = |key: FilterKey| form.text(&format!("find.{}", key.key()));
    if form.first("do") != Some("save") {
        let (draft, said) = read(&form, visit.person.role);
        let wrong = Wrong {
            message: said,
            ..Wrong::default()
        };
        return show(
            visit,
            &product,
            preset.as_ref(),
            Some((draft, version)),
            find,
            wrong,
        )
        .await;
    }
    // What is saved is exactly what was posted: a filter that is not offered is refused with its field.
    let mut draft = RuleDraft::from_form(form.pairs());
    draft.auth_token = SecretText::default();
    let editing = preset.clone().map(|preset| (preset, version.unwrap_or_default()));
    let saved = visit.backend.save_preset(&product, editing, &draft).await;
    let wrong = match saved {
        Ok(id) => {
            let name = draft.name.trim().to_owned();
            let to = match preset {
                Some(_) => format!("{}/apply", preset_address(&product, &id)),
                None => address::presets(&product),
            };
            return visit.done(&format!("The preset “{name}” is saved."), &to).await;
        }
        Err(AppError::Fields(errors)) => Wrong {
            errors,
            message: None,
        },
        Err(error @ AppError::Conflict) => Wrong {
            message: Some(format!(
                "{} What you typed is still here.",
                error.to_string().replace("this rule", "this preset")
            )),
            ..Wrong::default()
        },
        Err(error) => return visit.trouble(error).await,
    };
    show(
        visit,
        &product,
        preset.as_ref(),
        Some((draft, version)),
        find,
        wrong,
    )
    .await
}
