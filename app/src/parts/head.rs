//! The head of an entity's pages: where it belongs, its name and state, its tabs.

use crate::parts::view::Erase;
use leadbell_domain::{EntityKind, Level};
use leptos::prelude::*;

use super::badge::{entity_status, platform_tag};
use crate::address::{self, Place};
use crate::views::EntityView;

/// Which tab is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Overview,
    Tracking,
    Presets,
}

/// The head. A publisher's own profile has no tabs and no way up.
pub(crate) fn entity_head(view: &EntityView, own: bool, tab: Tab) -> AnyView {
    let row = &view.entity;
    let level: Level = view.level;
    let kind = EntityKind::from(level);
    let way_up = (!own).then(|| {
        view! {
            <nav class="head__way" aria-label="Breadcrumb">
                <a href=address::list(kind) rel="external">{kind.plural_label()}</a>
                <span aria-hidden="true">" / "</span>
                <span class="head__id">{row.id.to_string()}</span>
            </nav>
        }
        .erase()
    });
    let tabs = (!own).then(|| {
        let link = |href: String, label: &'static str, here: bool, desk: bool| {
            let rel = desk.then_some("external");
            view! { <a class="tabs__tab" href=href rel=rel aria-current=here.then_some("page")>{label}</a> }
        };
        view! {
            <nav class="tabs" aria-label="Pages of this entity">
                {link(address::overview(level, &row.id), "Overview", tab == Tab::Overview, true)}
                {link(Place::Entity(level, row.id.clone()).tracking(), "Tracking", tab == Tab::Tracking, false)}
                {(level == Level::Product).then(|| link(address::presets(&row.id), "Presets", tab == Tab::Presets, true))}
            </nav>
        }
        .erase()
    });
    view! {
        <header class="head">
            {way_up}
            <div class="head__line">
                <h1 class="head__title">{row.name.clone()}</h1>
                <span class="head__facts">{row.platform.map(platform_tag)} {entity_status(row.status)}</span>
            </div>
            {tabs}
        </header>
    }
    .erase()
}
