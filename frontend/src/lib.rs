//! The browser's entry point: takes over the page the server drew.

use leadbell_app::App;
use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the document's body.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
}
