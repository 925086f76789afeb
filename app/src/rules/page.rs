//! The Tracking tab.

use leptos::prelude::*;

use crate::address::Place;

#[component]
pub(crate) fn TrackingPage(place: Place) -> impl IntoView {
    view! { <p>{place.tracking()}</p> }
}
