//! The app: the frame, and in it the page that the address names.

use crate::parts::view::{Erase, live};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::use_location;
use leptos_router::{SsrMode, WildcardSegment};

use crate::address::{Address, Page};
use crate::frame::{Header, NoticeBar, provide_frame};
use crate::pages::list::ListPage;
use crate::pages::login::{LoginPage, LoginState};
use crate::pages::missing::MissingPage;
use crate::pages::overview::OverviewPage;
use crate::pages::slack_help::SlackHelpPage;
use crate::parts::when::provide_now;
use crate::rules::page::TrackingPage;

/// Leadbell, as a browser shows it.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_frame();
    provide_now();
    view! {
        <Title formatter=|title: String| {
            if title.is_empty() { "Leadbell".to_owned() } else { format!("{title} · Leadbell") }
        }/>
        <a class="skip-link" href="#main" rel="external">"Skip to content"</a>
        <Router>
            <Header/>
            <NoticeBar/>
            <main id="main" class="main" tabindex="-1">
                <FlatRoutes fallback=|| ()>
                    // One route for all: `Address` says what each address means, here and for links alike.
                    <Route path=WildcardSegment("any") view=CurrentPage ssr=SsrMode::Async/>
                </FlatRoutes>
            </main>
        </Router>
    }
}

/// The page of the address at hand. What stands over a list of rules is no page of its own: opening it must not
/// draw the list anew.
#[component]
fn CurrentPage() -> impl IntoView {
    let pathname = use_location().pathname;
    let page = Memo::new(move |_| Address::parse(&pathname.get()).page);
    // Set only where the server answers a post: a login that failed, or one that a posted form waits for.
    let login = SharedValue::new(posted_login).into_inner();
    let moved = StoredValue::new(false);
    live(move || {
        let page = page.get();
        let first = !moved.get_value();
        moved.set_value(true);
        match (login.clone().filter(|_| first), page) {
            (Some(state), _) => view! { <LoginPage state/> }.erase(),
            (None, Page::Login) => view! { <LoginPage state=LoginState::default()/> }.erase(),
            (None, Page::SlackHelp) => view! { <SlackHelpPage/> }.erase(),
            (None, Page::List(kind)) => view! { <ListPage kind/> }.erase(),
            (None, Page::Overview(level, id)) => view! { <OverviewPage level id/> }.erase(),
            (None, Page::Tracking(place)) => view! { <TrackingPage place/> }.erase(),
            (None, Page::Home | Page::Missing) => view! { <MissingPage/> }.erase(),
        }
    })
}

#[cfg(feature = "ssr")]
fn posted_login() -> Option<LoginState> {
    use_context()
}

#[cfg(not(feature = "ssr"))]
fn posted_login() -> Option<LoginState> {
    None
}
