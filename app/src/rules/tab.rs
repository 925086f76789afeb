//! What the parts of the Tracking tab share: whose it is, what is searched, and how to get back to the list.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::address::Place;
use crate::parts::view::Loading;
use crate::views::RuleSearch;

/// The tab; cheap to hand around.
#[derive(Clone, Copy)]
pub(crate) struct Tab {
    place: StoredValue<Place>,
    pub search: Memo<RuleSearch>,
    pub rules: Loading,
}

impl Tab {
    pub(super) fn new(place: Place, search: Memo<RuleSearch>, rules: Loading) -> Tab {
        Tab {
            place: StoredValue::new(place),
            search,
            rules,
        }
    }

    pub(super) fn place(self) -> Place {
        self.place.get_value()
    }

    /// The list, searched as before.
    pub(super) fn list_address(self) -> String {
        self.search.get_untracked().address(&self.place().tracking())
    }

    /// Closes what stands over the list. To be made where the router is at hand.
    pub(super) fn closer(self) -> impl Fn() + Clone + Send + Sync + 'static {
        let go = stay();
        move || go(&self.list_address())
    }
}

/// Goes to another address of the same page: nothing scrolls.
pub(super) fn stay() -> impl Fn(&str) + Clone + Send + Sync + 'static {
    let navigate = use_navigate();
    move |address: &str| {
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(address, options);
    }
}
