//! What stands around every page: the header with the way around, and the line that says what happened.

use crate::parts::view::{Erase, Loading, answered, live, load, nothing};
use leadbell_domain::EntityKind;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::address::{self, Address, Page, Place};
use crate::api::{Ask, Frame};
use crate::error::AppError;
use crate::views::Person;

/// The frame's data: loaded once, with the first page.
#[derive(Clone, Copy)]
pub(crate) struct FrameData(pub Loading);

/// What the last action did. Shown until the next one, or until somebody closes it.
#[derive(Clone, Copy)]
pub(crate) struct Notice(RwSignal<Option<String>>);

impl Notice {
    pub(crate) fn say(self, text: impl Into<String>) {
        self.0.set(Some(text.into()));
    }

    pub(crate) fn clear(self) {
        self.0.set(None);
    }
}

/// Puts the frame's data and the notice where every page finds them.
pub(crate) fn provide_frame() {
    provide_context(FrameData(load(|| Ask::Frame)));
    provide_context(Notice(RwSignal::new(None)));
}

/// The notice of the app.
pub(crate) fn use_notice() -> Notice {
    expect_context()
}

#[component]
pub(crate) fn Header() -> impl IntoView {
    let FrameData(frame) = expect_context();
    let pathname = use_location().pathname;
    let page = Memo::new(move |_| Address::parse(&pathname.get()).page);
    view! {
        <header class="header">
            <a class="header__brand" href="/" rel="external">
                <svg class="header__mark" viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M12 3a6 6 0 0 0-6 6v4.2L4.3 16a1 1 0 0 0 .85 1.5h13.7A1 1 0 0 0 19.7 16L18 13.2V9a6 6 0 0 0-6-6Z"/>
                    <path d="M9.6 19.5a2.5 2.5 0 0 0 4.8 0Z"/>
                </svg>
                "Leadbell"
            </a>
            {answered(frame, nothing, move |frame: Result<Frame, AppError>| match frame.ok().and_then(|frame| frame.person) {
                Some(person) => view! { <Menu person page/> }.erase(),
                None => nothing(),
            })}
        </header>
    }
    .erase()
}

#[component]
fn Menu(person: Person, page: Memo<Page>) -> impl IntoView {
    let links: Vec<AnyView> = if person.publisher.is_some() {
        vec![menu_link(
            "/profile/tracking".to_owned(),
            "My tracking",
            move || page.get() == Page::Tracking(Place::Own),
        )]
    } else {
        person
            .menu
            .iter()
            .map(|kind| {
                let kind = *kind;
                menu_link(address::list(kind), plural_label(kind), move || {
                    kind_of(&page.get()) == Some(kind)
                })
            })
            .collect()
    };
    view! {
        <nav class="header__menu" aria-label="Main">
            {links}
            {menu_link("/help/slack".to_owned(), "Slack setup", move || page.get() == Page::SlackHelp)}
        </nav>
        <div class="header__account">
            <span class="header__person">
                <span class="header__name" title=person.email.clone()>{person.name.clone()}</span>
                <span class="header__role">{person.role.label()}</span>
            </span>
            <form method="post" action="/logout">
                <button type="submit" class="button button--quiet button--small">"Log out"</button>
            </form>
        </div>
    }
    .erase()
}

fn menu_link(href: String, label: &'static str, here: impl Fn() -> bool + Send + Sync + 'static) -> AnyView {
    view! {
        <a class="header__link" href=href aria-current=move || here().then_some("page")>{label}</a>
    }
    .erase()
}

/// Which kind of entity a page is about.
fn kind_of(page: &Page) -> Option<EntityKind> {
    match page {
        Page::List(kind) => Some(*kind),
        Page::Overview(level, _) | Page::Tracking(Place::Entity(level, _)) => Some((*level).into()),
        _ => None,
    }
}

/// The heading of a list of this kind.
pub(crate) fn plural_label(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Product => "Products",
        EntityKind::Campaign => "Campaigns",
        EntityKind::Publisher => "Publishers",
        EntityKind::Channel => "Channels",
        EntityKind::Source => "Sources",
        EntityKind::Buyer => "Buyers",
        EntityKind::Pingtree => "Pingtrees",
    }
}

/// The line that says what happened; read out by screen readers when it changes.
#[component]
pub(crate) fn NoticeBar() -> impl IntoView {
    let FrameData(frame) = expect_context();
    let notice = use_notice();
    let dismissed = RwSignal::new(false);
    let later = move || notice.0.get();
    let line = move |text: String| {
        view! {
            <p class="notice">
                <span class="notice__text">{text}</span>
                <button
                    type="button"
                    class="notice__close"
                    aria-label="Dismiss"
                    on:click=move |_| {
                        notice.clear();
                        dismissed.set(true);
                    }
                >"×"</button>
            </p>
        }
        .erase()
    };
    view! {
        <div class="notices" role="status" aria-live="polite">
            {answered(frame, nothing, move |frame: Result<Frame, AppError>| {
                let first = frame.ok().and_then(|frame| frame.notice);
                live(move || match (later(), dismissed.get(), &first) {
                    (Some(text), _, _) => line(text),
                    (None, false, Some(text)) => line(text.clone()),
                    (None, _, _) => nothing(),
                })
            })}
        </div>
    }
    .erase()
}
