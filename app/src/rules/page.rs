//! The Tracking tab of a product, campaign or publisher, and of the publisher's own profile.

use crate::parts::view::{Erase, live, load, loaded, nothing};
use leadbell_domain::{RuleId, RuleSort, RuleStatus};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use web_sys::SubmitEvent;

use super::delete::DeleteDialog;
use super::form::RuleDialog;
use super::tab::{Tab, stay};
use super::table::rule_table;
use crate::address::{Address, Page, Panel, Place};
use crate::api::Ask;
use crate::parts::head::{self, entity_head};
use crate::parts::toolbar::{SearchField, SelectField, Toolbar};
use crate::views::{Choice, EntityView, Listing, RuleRow, RuleSearch};

/// What stands over the list.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Over {
    Nothing,
    Form(Option<RuleId>),
    Delete(RuleId),
}

#[component]
pub(crate) fn TrackingPage(place: Place) -> impl IntoView {
    let location = use_location();
    let here = Page::Tracking(place.clone());
    // While something stands over the list, or the way leads to another page, the list stays as it is.
    let search = Memo::new(move |before: Option<&RuleSearch>| {
        let address = Address::parse(&location.pathname.get());
        match before {
            Some(before) if address.panel != Panel::None || address.page != here => before.clone(),
            _ if address.panel != Panel::None => RuleSearch::default(),
            _ => RuleSearch::from_query(&|name| location.query.read().get(name)),
        }
    });
    let over = Memo::new(move |_| match Address::parse(&location.pathname.get()).panel {
        Panel::None => Over::Nothing,
        Panel::New => Over::Form(None),
        Panel::Rule(rule) => match location.query.read().get("do").as_deref() {
            Some("delete") => Over::Delete(rule),
            _ => Over::Form(Some(rule)),
        },
    });
    // Before anything runs beside this: see `settle_location`.
    search.with_untracked(|_| ());
    over.with_untracked(|_| ());
    let entity = {
        let place = place.clone();
        load(move || Ask::Entity(place.clone()))
    };
    let rules = {
        let place = place.clone();
        load(move || Ask::Rules(place.clone(), search.get()))
    };
    let tab = Tab::new(place, search, rules);
    loaded(entity, move |view: EntityView| shown(view, tab, over))
}

fn shown(view: EntityView, tab: Tab, over: Memo<Over>) -> AnyView {
    let own = tab.place() == Place::Own;
    let title = if own {
        "Tracking".to_owned()
    } else {
        format!("{} · Tracking", view.entity.name)
    };
    let head = entity_head(&view, own, head::Tab::Tracking);
    let can_manage = view.can_manage;
    let (level, id) = (view.level, view.entity.id.clone());
    let name = view.entity.name.clone();
    let view = StoredValue::new(view);
    view! {
        <Title text=title/>
        {head}
        <div class="list-head">
            <RuleToolbar view tab/>
            {can_manage.then(|| view! { <AddRule tab/> }.erase())}
        </div>
        {loaded(tab.rules, move |listing: Listing<RuleRow>| view.with_value(|view| rule_table(view, &listing, tab)))}
        <p class="hint list-foot"><a href=format!("{}/deleted", tab.place().tracking()) rel="external">"Deleted rules"</a></p>
        {live(move || match over.get() {
            Over::Nothing => nothing(),
            Over::Form(rule) => view! { <RuleDialog level entity=id.clone() rule tab/> }.erase(),
            Over::Delete(rule) => view! { <DeleteDialog level rule name=name.clone() tab/> }.erase(),
        })}
    }
    .erase()
}

#[component]
fn RuleToolbar(view: StoredValue<EntityView>, tab: Tab) -> impl IntoView {
    let search = tab.search;
    let triggers = view.with_value(|view| {
        view.triggers
            .iter()
            .map(|trigger| (trigger.key().to_owned(), trigger.label()))
            .collect::<Vec<_>>()
    });
    let statuses = [RuleStatus::Active, RuleStatus::Disabled]
        .map(|status| (status.key().to_owned(), status.label().to_owned()))
        .to_vec();
    let orders = RuleSort::ALL[1..]
        .iter()
        .map(|sort| (sort.key().to_owned(), sort.label().to_owned()))
        .collect::<Vec<_>>();
    let choices = |choices: &[Choice]| -> Vec<(String, String)> {
        choices
            .iter()
            .map(|choice| (choice.id.clone(), choice.name.clone()))
            .collect()
    };
    let (authors, destinations) =
        view.with_value(|view| (choices(&view.authors), choices(&view.destinations)));
    view! {
        <Toolbar path=tab.place().tracking()>
            <SearchField label="Search rules" q=Signal::derive(move || search.get().q)/>
            <SelectField
                label="Trigger"
                name="trigger"
                all="All triggers"
                options=triggers
                value=Signal::derive(move || search.get().trigger)
            />
            <SelectField
                label="Status"
                name="status"
                all="All statuses"
                options=statuses
                value=Signal::derive(move || search.get().status)
            />
            {(!destinations.is_empty()).then(|| view! {
                <SelectField
                    label="Destination"
                    name="to"
                    all="All destinations"
                    options=destinations
                    value=Signal::derive(move || search.get().to)
                />
            }.erase())}
            {(!authors.is_empty()).then(|| view! {
                <SelectField
                    label="Author"
                    name="author"
                    all="All authors"
                    options=authors
                    value=Signal::derive(move || search.get().author)
                />
            }.erase())}
            <SelectField
                label="Order"
                name="sort"
                all=RuleSort::Newest.label()
                options=orders
                value=Signal::derive(move || search.get().sort)
            />
        </Toolbar>
    }
    .erase()
}

/// Opens the form of a new rule. A form with one button, so that it is a button without a script too.
#[component]
pub(super) fn AddRule(tab: Tab) -> impl IntoView {
    let address = tab.place().new_rule();
    let go = stay();
    let to = address.clone();
    view! {
        <form
            method="get"
            action=address
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                go(&to);
            }
        >
            <button type="submit" class="button button--primary">"Add Rule"</button>
        </form>
    }
    .erase()
}
