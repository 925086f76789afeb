//! The program that runs in the browser: the frame, and in it the Tracking tab. All other pages are desk pages, drawn
//! by the server alone.

use crate::parts::view::{Erase, live};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::use_location;
use leptos_router::{SsrMode, WildcardSegment};

use crate::address::{Address, Page};
use crate::error::AppError;
use crate::frame::{Header, NoticeBar, provide_frame};
use crate::parts::trouble::Trouble;
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
            {settle_location()}
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

/// Reads what the router works out from the address, before anything else does.
///
/// On the server, what a page loads goes on beside its drawing, and two who are the first to read a memo at once trip
/// over each other inside it: one takes the value out to work it out anew, the other finds none and panics. An address
/// that was read once stays as it is for the whole request.
fn settle_location() {
    let location = use_location();
    location.pathname.with_untracked(|_| ());
    location.query.with_untracked(|_| ());
}

/// The page of the address at hand. What stands over a list of rules is no page of its own: opening it must not
/// draw the list anew.
#[component]
fn CurrentPage() -> impl IntoView {
    let pathname = use_location().pathname;
    let page = Memo::new(move |_| Address::parse(&pathname.get()).page);
    live(move || match page.get() {
        Page::Tracking(place) => view! { <TrackingPage place/> }.erase(),
        Page::Missing => view! { <Trouble error=AppError::NotFound/> }.erase(),
    })
}
