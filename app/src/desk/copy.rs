//! Copying rules, to where they are or elsewhere: choose places, see what does not fit there, copy. Searching keeps what
//! is ticked, because one form does both.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{EntityId, EntityKind, EntityStatus, Level, RuleId};
use leptos::prelude::*;

use super::Visit;
use super::form::Wrong;
use super::rule_place::{RulePlace, place_of, rule_of};
use crate::address;
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::parts::badge::entity_status;
use crate::parts::head::{Tab, entity_head};
use crate::parts::view::{Erase, nothing};
use crate::rules::label_of;
use crate::views::{CopyPage, CopyPlace, CopySearch, RuleBrief};

/// The addresses, of a publisher's own profile too.
pub(super) fn router() -> Router<Pages> {
    let add = |router: Router<Pages>, tracking: &str| {
        router
            .route(&format!("{tracking}/copy"), get(open).post(copy))
            .route(&format!("{tracking}/{{rule}}/copy"), get(open))
    };
    let own = add(Router::new(), "/profile/tracking");
    Level::ALL.into_iter().fold(own, |router, level| {
        let list = address::list(EntityKind::from(level));
        add(router, &format!("{list}/{{id}}/tracking"))
    })
}

/// What is asked for.
struct Asked {
    place: RulePlace,
    rules: Vec<RuleId>,
    search: CopySearch,
}

impl Asked {
    /// `None` where an id is none: nobody's rule or place.
    fn of(visit: &Visit, all: impl Fn(&str) -> Vec<String>) -> Option<Asked> {
        let (place, rules) = match place_of(visit, "copy") {
            Some(place) => {
                let rules = all("rule").into_iter().map(RuleId::new);
                (place, rules.collect::<Result<Vec<_>, _>>().ok()?)
            }
            None => rule_of(visit, "copy").map(|(place, rule)| (place, vec![rule]))?,
        };
        let first = |name| all(name).into_iter().next().unwrap_or_default();
        let chosen = all("to").into_iter().map(|text| parse_place(&text));
        Some(Asked {
            place,
            rules,
            search: CopySearch {
                level: Level::from_key(&first("level")),
                q: first("q").trim().to_owned(),
                chosen: chosen.collect::<Option<Vec<_>>>()?,
            },
        })
    }
}

/// `product:218`.
fn parse_place(text: &str) -> Option<(Level, EntityId)> {
    let (level, id) = text.split_once(':')?;
    Some((Level::from_key(level)?, EntityId::new(id).ok()?))
}

fn place_key(level: Level, id: &EntityId) -> String {
    format!("{}:{id}", level.key())
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match Asked::of(&visit, |name| visit.queries(name)) {
        // Nothing is chosen (any more): the list is where that is done.
        Some(asked) if asked.rules.is_empty() => {
            let list = asked.place.place.tracking();
            visit.go(&list)
        }
        Some(asked) => show(visit, &asked, Wrong::default(), false).await,
        None => visit.trouble(AppError::NotFound).await,
    }
}

async fn show(visit: Visit, asked: &Asked, wrong: Wrong, active: bool) -> Response {
    let place = &asked.place;
    let page = visit
        .backend
        .copy_page(place.level, &place.entity, &asked.rules, &asked.search)
        .await;
    let page = match page {
        Ok(page) => page,
        Err(error) => return visit.trouble(error).await,
    };
    let title = title(&page.rules);
    let own = matches!(place.place, address::Place::Own);
    let action = format!("{}/copy", place.place.tracking());
    let draw = || shown(&page, &title, &action, own, &wrong, active);
    if wrong.errors.is_empty() && wrong.message.is_none() {
        visit.page(&title, draw).await
    } else {
        visit.refused(&title, draw).await
    }
}

async fn copy(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(read) => read,
        Err(elsewhere) => return *elsewhere,
    };
    let Some(asked) = Asked::of(&visit, |name| form.all(name)) else {
        return visit.trouble(AppError::NotFound).await;
    };
    let active = form.has("active");
    let place = &asked.place;
    let made = visit
        .backend
        .copy_rules(
            place.level,
            &place.entity,
            &asked.rules,
            &asked.search.chosen,
            active,
        )
        .await;
    match made {
        Ok(made) => {
            let notice = match made.len() {
                1 => "The rule is copied.".to_owned(),
                many => format!("{many} copies are made."),
            };
            let ids: Vec<(&str, &str)> = made.iter().map(|id| ("rule", id.as_str())).collect();
            let to = with_query(&format!("{}/copied", place.place.tracking()), &ids);
            visit.done(&notice, &to).await
        }
        Err(AppError::Fields(errors)) => {
            let wrong = Wrong {
                errors,
                message: None,
            };
            show(visit, &asked, wrong, active).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn title(rules: &[RuleBrief]) -> String {
    match rules {
        [one] => format!("Copy rule {}", one.number),
        many => format!("Copy {} rules", many.len()),
    }
}

fn shown(page: &CopyPage, title: &str, action: &str, own: bool, wrong: &Wrong, active: bool) -> AnyView {
    let rules = page.rules.iter().map(brief).collect_view();
    let hidden = page
        .rules
        .iter()
        .map(|rule| view! { <input type="hidden" name="rule" value=rule.id.to_string()/> }.erase())
        .collect_view();
    let follows = page.rules.iter().any(|rule| rule.follows_preset).then(|| {
        view! { <p class="hint">"A copy on another product, campaign or publisher does not follow the preset."</p> }
            .erase()
    });
    let count = page.rules.len();
    let places = page.places.iter().map(|place| row(place, count)).collect_view();
    let list = if page.places.is_empty() {
        view! { <p class="hint">"Nothing matches this search."</p> }.erase()
    } else {
        view! {
            <table class="table table--compact" role="table" aria-label="Where to copy to">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"Copy to"</th>
                        <th role="columnheader" scope="col">"ID"</th>
                        <th role="columnheader" scope="col">"Status"</th>
                        <th role="columnheader" scope="col">"What does not fit"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{places}</tbody>
            </table>
        }
        .erase()
    };
    let more = page.more.then(|| {
        view! { <p class="hint">"There are more; search for a name or an ID. What is ticked stays."</p> }
            .erase()
    });
    let verb = title.to_owned();
    view! {
        {entity_head(&page.view, own, Tab::Tracking)}
        <section class="page-part">
            <h2 class="page-part__title">{title.to_owned()}</h2>
            <ul class="plain-list">{rules}</ul>
            {follows}
        </section>
        {refusals(wrong)}
        <form class="desk-form" method="get" action=action.to_owned() id="field-to">
            {hidden}
            <div class="toolbar" role="search">
                {levels(page)}
                <label class="toolbar__search">
                    <span class="visually-hidden">"Search for places"</span>
                    <input class="input" type="search" name="q" value=page.q.clone() placeholder="Name or ID…" autocomplete="off"/>
                </label>
                <button type="submit" class="button">"Search"</button>
            </div>
            {list}
            {more}
            <label class="check">
                <input type="checkbox" name="active" value="yes" checked=active/>
                <span>"Enable the copies at once (otherwise they start disabled)"</span>
            </label>
            <div class="desk-form__foot">
                <button type="submit" class="button button--primary" formmethod="post">{verb}</button>
                <a class="button" href=action.trim_end_matches("/copy").to_owned()>"Cancel"</a>
            </div>
        </form>
    }
    .erase()
}

/// Why nothing is copied: the fields are the rules', so there is nothing here that a link could lead to.
fn refusals(wrong: &Wrong) -> AnyView {
    if wrong.errors.is_empty() {
        return nothing();
    }
    let label = |field: &str| match field {
        "to" => "Copy to".to_owned(),
        other => label_of(other),
    };
    let items = wrong
        .errors
        .0
        .iter()
        .map(|error| {
            view! { <li><strong>{label(&error.field)}</strong>": "{error.message.clone()}</li> }.erase()
        })
        .collect_view();
    view! {
        <div class="complaints" role="alert">
            <p class="complaints__title">"Nothing is copied yet"</p>
            <ul>{items}</ul>
        </div>
    }
    .erase()
}

fn levels(page: &CopyPage) -> AnyView {
    if page.levels.len() < 2 {
        return view! { <input type="hidden" name="level" value=page.level.key()/> }.erase();
    }
    let options = page
        .levels
        .iter()
        .map(|level| {
            let label = EntityKind::from(*level).plural_label();
            view! { <option value=level.key() selected=*level == page.level>{label}</option> }.erase()
        })
        .collect_view();
    view! { <select class="select toolbar__filter" name="level" aria-label="Where to look">{options}</select> }.erase()
}

fn brief(rule: &RuleBrief) -> AnyView {
    let name = if rule.name.is_empty() {
        String::new()
    } else {
        format!(" “{}”", rule.name)
    };
    let settings = if rule.settings.is_empty() {
        "every event".to_owned()
    } else {
        rule.settings.join("; ")
    };
    let text = format!(
        "Rule {}{name}: {}, {settings}, to {}",
        rule.number,
        rule.trigger.label(),
        rule.destination
    );
    view! { <li>{text}</li> }.erase()
}

fn row(place: &CopyPlace, rules: usize) -> AnyView {
    let key = place_key(place.level, &place.entity);
    let blocked = !place.misfits.is_empty() && !place.chosen;
    let here = place.is_home.then_some(" (here)");
    let misfits = place
        .misfits
        .iter()
        .map(|misfit| {
            let whose = (rules > 1).then(|| format!("Rule {}, ", misfit.number));
            view! { <li>{whose} <strong>{label_of(&misfit.field)}</strong>": "{misfit.message.clone()}</li> }
                .erase()
        })
        .collect_view();
    let misfits = if place.misfits.is_empty() {
        view! { <span class="muted">"Fits"</span> }.erase()
    } else {
        view! { <ul class="plain-list">{misfits}</ul> }.erase()
    };
    let status = (place.status != EntityStatus::Active).then(|| entity_status(place.status));
    view! {
        <tr role="row">
            <td role="cell" class="table__main">
                <label class="check">
                    <input type="checkbox" name="to" value=key checked=place.chosen disabled=blocked/>
                    <span>{format!("{} {}", place.level.label(), place.name)}{here}</span>
                </label>
            </td>
            <td role="cell" data-label="ID" class="table__id">{place.entity.to_string()}</td>
            <td role="cell" data-label="Status">{status.unwrap_or_else(|| entity_status(EntityStatus::Active))}</td>
            <td role="cell" data-label="What does not fit" class="table__wide">{misfits}</td>
        </tr>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_the_form_whatever_its_id() {
        let id = EntityId::new("a:b c").unwrap();
        assert_eq!(
            parse_place(&place_key(Level::Campaign, &id)),
            Some((Level::Campaign, id))
        );
        for wrong in ["", "218", "buyer:1", "product:"] {
            assert_eq!(parse_place(wrong), None, "{wrong}");
        }
    }
}
