//! What follows a preset: applying its change to its rules after a look at what would change, and deleting it.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{Level, RuleId};
use leptos::prelude::*;

use super::Visit;
use super::presets::{preset_address, preset_of};
use crate::address::{self, Place};
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::head::{Tab, entity_head};
use crate::parts::view::Erase;
use crate::rules::label_of;
use crate::views::{FollowerRow, PresetFollowers};

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/products/{id}/presets/{preset}/apply", get(preview).post(apply))
        .route("/products/{id}/presets/{preset}/delete", get(ask).post(delete))
}

async fn preview(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((product, preset)) = preset_of(&visit) else {
        return visit.trouble(AppError::NotFound).await;
    };
    match visit.backend.preset_followers(&product, &preset).await {
        Ok(followers) => {
            let title = format!("Rules of {}", followers.preset.name);
            visit.page(&title, || shown(&followers)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn count_of(count: usize) -> String {
    match count {
        1 => "1 rule".to_owned(),
        many => format!("{many} rules"),
    }
}

fn shown(page: &PresetFollowers) -> AnyView {
    let product = &page.view.entity.id;
    let path = address::presets(product);
    let preset = &page.preset;
    let changing = page.rules.iter().filter(|rule| !rule.changes.is_empty()).count();
    let place = Place::Entity(Level::Product, product.clone());
    let rows = page
        .rules
        .iter()
        .map(|rule| follower(rule, &place))
        .collect_view();
    let hidden = page
        .rules
        .iter()
        .filter(|rule| !rule.changes.is_empty())
        .map(|rule| {
            let value = format!("{}.{}", rule.id, rule.version);
            view! { <input type="hidden" name="rule" value=value/> }.erase()
        })
        .collect_view();
    let more = page
        .more
        .then(|| view! { <p class="hint">"There are more rules; apply these first."</p> }.erase());
    let foot = if changing == 0 {
        view! { <p><a class="button" href=path.clone()>"Back to the presets"</a></p> }.erase()
    } else {
        let action = format!("{}/apply", preset_address(product, &preset.id));
        view! {
            <form class="desk-form" method="post" action=action>
                <input type="hidden" name="version" value=preset.version/>
                {hidden}
                <div class="desk-form__foot">
                    <button type="submit" class="button button--primary">
                        {format!("Apply to {}", count_of(changing))}
                    </button>
                    <a class="button" href=path.clone()>"Not now"</a>
                </div>
            </form>
        }
        .erase()
    };
    let list = if page.rules.is_empty() {
        view! {
            <section class="empty">
                <p class="empty__title">"No rule follows this preset"</p>
                <p>"Add a rule from it on the list of presets."</p>
            </section>
        }
        .erase()
    } else {
        view! {
            <table class="table table--compact" role="table" aria-label="Rules that follow the preset">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"Rule"</th>
                        <th role="columnheader" scope="col">"What would change"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        }
        .erase()
    };
    view! {
        {entity_head(&page.view, false, Tab::Presets)}
        <section class="page-part">
            <h2 class="page-part__title">{format!("Rules that follow “{}”", preset.name)}</h2>
            <p>
                "What a rule has from this preset becomes what the preset says now. What a rule says for itself stays as "
                "it is, and so does what the preset leaves open."
            </p>
        </section>
        {list}
        {more}
        {foot}
    }
    .erase()
}

fn follower(rule: &FollowerRow, place: &Place) -> AnyView {
    let name = (!rule.name.is_empty()).then(|| format!(" “{}”", rule.name));
    let items = rule
        .changes
        .iter()
        .map(|change| view! { <li>{change.clone()}</li> }.erase())
        .collect_view();
    let misfits = rule
        .misfits
        .iter()
        .map(|(field, message)| {
            view! { <li><strong>{label_of(field)}</strong>": "{message.clone()}</li> }.erase()
        })
        .collect_view();
    let what = if !rule.misfits.is_empty() {
        view! {
            <p>"Can't follow, because of what it says for itself:"</p>
            <ul class="plain-list">{misfits}</ul>
        }
        .erase()
    } else if rule.changes.is_empty() {
        view! { <span class="muted">"Nothing"</span> }.erase()
    } else {
        view! { <ul class="plain-list">{items}</ul> }.erase()
    };
    view! {
        <tr role="row">
            <td role="cell" class="table__main">
                <a href=place.rule(&rule.id)>{format!("Rule {}", rule.number)}</a>
                {name}
            </td>
            <td role="cell" data-label="What would change" class="table__wide">{what}</td>
        </tr>
    }
    .erase()
}

/// `id.version`.
fn parse_seen(text: &str) -> Option<(RuleId, i64)> {
    let (id, version) = text.split_once('.')?;
    Some((RuleId::new(id).ok()?, version.parse().ok()?))
}

async fn apply(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(read) => read,
        Err(elsewhere) => return *elsewhere,
    };
    let rules: Option<Vec<(RuleId, i64)>> = form.all("rule").iter().map(|text| parse_seen(text)).collect();
    let version = form.first("version").and_then(|version| version.parse().ok());
    let (Some((product, preset)), Some(rules), Some(version)) = (preset_of(&visit), rules, version) else {
        return visit.trouble(AppError::NotFound).await;
    };
    let done = visit
        .backend
        .apply_preset(&product, &preset, version, &rules)
        .await;
    match done {
        Ok(count) => {
            let notice = match count {
                1 => "1 rule follows the preset again.".to_owned(),
                many => format!("{many} rules follow the preset again."),
            };
            visit.done(&notice, &address::presets(&product)).await
        }
        // Drawn anew, it shows what is different by now.
        Err(AppError::Conflict) => {
            let to = format!("{}/apply", preset_address(&product, &preset));
            let notice = "The preset or a rule was changed in the meantime. This is what would change now.";
            visit.done(notice, &to).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

async fn ask(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((product, preset)) = preset_of(&visit) else {
        return visit.trouble(AppError::NotFound).await;
    };
    match visit.backend.preset_followers(&product, &preset).await {
        Ok(followers) => {
            let title = format!("Delete {}", followers.preset.name);
            visit.page(&title, || question(&followers)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn question(page: &PresetFollowers) -> AnyView {
    let product = &page.view.entity.id;
    let preset = &page.preset;
    let place = Place::Entity(Level::Product, product.clone());
    let followers = if page.rules.is_empty() {
        view! { <p>"No rule follows it."</p> }.erase()
    } else {
        let items = page
            .rules
            .iter()
            .map(|rule| {
                let name = (!rule.name.is_empty()).then(|| format!(" “{}”", rule.name));
                view! { <li><a href=place.rule(&rule.id)>{format!("Rule {}", rule.number)}</a>{name}</li> }
                    .erase()
            })
            .collect_view();
        let said = format!(
            "{}{} made from it. They stay as they are and follow nothing afterwards:",
            if page.more { "More than " } else { "" },
            match page.rules.len() {
                1 => "1 rule was".to_owned(),
                many => format!("{many} rules were"),
            }
        );
        view! { <p>{said}</p> <ul class="plain-list">{items}</ul> }.erase()
    };
    view! {
        {entity_head(&page.view, false, Tab::Presets)}
        <section class="page-part">
            <h2 class="page-part__title">{format!("Delete the preset “{}”?", preset.name)}</h2>
            {followers}
            <form class="desk-form" method="post" action=format!("{}/delete", preset_address(product, &preset.id))>
                <input type="hidden" name="version" value=preset.version/>
                <div class="desk-form__foot">
                    <button type="submit" class="button button--danger">"Delete preset"</button>
                    <a class="button" href=address::presets(product)>"Cancel"</a>
                </div>
            </form>
        </section>
    }
    .erase()
}

async fn delete(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(read) => read,
        Err(elsewhere) => return *elsewhere,
    };
    let version = form.first("version").and_then(|version| version.parse().ok());
    let (Some((product, preset)), Some(version)) = (preset_of(&visit), version) else {
        return visit.trouble(AppError::NotFound).await;
    };
    match visit.backend.delete_preset(&product, &preset, version).await {
        Ok(0) => {
            visit
                .done("The preset is deleted.", &address::presets(&product))
                .await
        }
        Ok(freed) => {
            let notice = format!("The preset is deleted. {} stay as they are.", count_of(freed));
            visit.done(&notice, &address::presets(&product)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}
