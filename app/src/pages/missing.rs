//! There is no such page.

use leptos::prelude::*;

use crate::error::AppError;
use crate::parts::trouble::Trouble;

#[component]
pub(crate) fn MissingPage() -> impl IntoView {
    view! { <Trouble error=AppError::NotFound/> }
}
