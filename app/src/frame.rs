//! What stands around every page: the header with the way around, and the line that says what happened.

use crate::parts::view::{Erase, Loading, answered, live, load, nothing};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::api::{Ask, Frame};
use crate::error::AppError;
use crate::views::{Alert, MenuLink, Notice, Person};

/// The frame's data: loaded once, with the first page.
#[derive(Clone, Copy)]
pub(crate) struct FrameData(pub Loading);

/// What the last action did. Shown until the next one, or until somebody closes it.
#[derive(Clone, Copy)]
pub(crate) struct NoticeLine(RwSignal<Option<Notice>>);

impl NoticeLine {
    pub(crate) fn say(self, text: impl Into<String>) {
        self.say_with_undo(text, None);
    }

    /// Says it, and offers to take it back by a post to `undo`.
    pub(crate) fn say_with_undo(self, text: impl Into<String>, undo: Option<String>) {
        let text = text.into();
        self.0.set(Some(Notice { text, undo }));
    }

    pub(crate) fn clear(self) {
        self.0.set(None);
    }
}

/// Puts the frame's data and the notice where every page finds them.
pub(crate) fn provide_frame() {
    provide_context(FrameData(load(|| Ask::Frame)));
    provide_context(NoticeLine(RwSignal::new(None)));
}

/// The notice of the app.
pub(crate) fn use_notice() -> NoticeLine {
    expect_context()
}

#[component]
pub(crate) fn Header() -> impl IntoView {
    let FrameData(frame) = expect_context();
    let path = Signal::from(use_location().pathname);
    view! {
        <header class="header">
            {brand()}
            {answered(frame, nothing, move |frame: Result<Frame, AppError>| match frame.ok().and_then(|frame| frame.person) {
                Some(person) => menu(person, path),
                None => nothing(),
            })}
        </header>
    }
    .erase()
}

/// The name, and the way to one's first page.
pub(crate) fn brand() -> AnyView {
    view! {
        <a class="header__brand" href="/" rel="external">
            <svg class="header__mark" viewBox="0 0 24 24" aria-hidden="true">
                <path d="M12 3a6 6 0 0 0-6 6v4.2L4.3 16a1 1 0 0 0 .85 1.5h13.7A1 1 0 0 0 19.7 16L18 13.2V9a6 6 0 0 0-6-6Z"/>
                <path d="M9.6 19.5a2.5 2.5 0 0 0 4.8 0Z"/>
            </svg>
            "Leadbell"
        </a>
    }
    .erase()
}

/// The way around for this person; `path` is the page that is open.
pub(crate) fn menu(person: Person, path: Signal<String>) -> AnyView {
    let link = |entry: &MenuLink| {
        let href = entry.href.clone();
        let here = move || path.with(|path| path.starts_with(&href)).then_some("page");
        // Desk pages are no pages of this program: the browser opens them itself.
        let rel = entry.desk.then_some("external");
        view! { <a class="header__link" href=entry.href.clone() rel=rel aria-current=here>{entry.label.clone()}</a> }
            .erase()
    };
    let links: Vec<AnyView> = person.menu.iter().map(link).collect();
    view! {
        <nav class="header__menu" aria-label="Main">{links}</nav>
        <div class="header__account">
            <span class="header__person">
                <a class="header__name" href="/account" rel="external" title=person.email.clone()>{person.name.clone()}</a>
                <span class="header__role">{person.role.label()}</span>
            </span>
            <form method="post" action="/logout">
                <button type="submit" class="button button--quiet button--small">"Log out"</button>
            </form>
        </div>
    }
    .erase()
}

/// What a notice says, and the way to take back what it tells of: a plain form, the same with and without a script.
pub(crate) fn notice_text(notice: Notice) -> AnyView {
    let undo = notice.undo.map(|undo| {
        view! {
            <form class="notice__undo" method="post" action=undo>
                <button type="submit" class="button button--small">"Undo"</button>
            </form>
        }
        .erase()
    });
    view! { <span class="notice__text">{notice.text}</span> {undo} }.erase()
}

/// The line that says what has to be mended, and leads there.
pub(crate) fn alert_line(alert: Alert) -> AnyView {
    view! { <p class="alert"><a href=alert.href rel="external">{alert.text}</a></p> }.erase()
}

/// The line that says what happened; read out by screen readers when it changes.
#[component]
pub(crate) fn NoticeBar() -> impl IntoView {
    let FrameData(frame) = expect_context();
    let notice = use_notice();
    let dismissed = RwSignal::new(false);
    let later = move || notice.0.get();
    let line = move |said: Notice| {
        view! {
            <div class="notice">
                {notice_text(said)}
                <button
                    type="button"
                    class="notice__close"
                    aria-label="Dismiss"
                    on:click=move |_| {
                        notice.clear();
                        dismissed.set(true);
                    }
                >"×"</button>
            </div>
        }
        .erase()
    };
    view! {
        <div class="notices" role="status" aria-live="polite">
            {answered(frame, nothing, move |frame: Result<Frame, AppError>| {
                let (first, alert) = frame.map(|frame| (frame.notice, frame.alert)).unwrap_or_default();
                let alert = alert.map(alert_line);
                let said = live(move || match (later(), dismissed.get(), &first) {
                    (Some(said), _, _) => line(said),
                    (None, false, Some(said)) => line(said.clone()),
                    (None, _, _) => nothing(),
                });
                view! { {alert} {said} }.erase()
            })}
        </div>
    }
    .erase()
}
