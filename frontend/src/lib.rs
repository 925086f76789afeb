//! The browser's entry point: takes over the page the server drew.

use leadbell_app::App;
use leptos::prelude::{document, request_animation_frame};
use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the document's body.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
    // What was drawn with loaded data is taken over in the next tasks, so the page is whole by the next frame. Browser
    // tests wait for this mark: before it, a click is answered by plain HTML.
    request_animation_frame(|| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
}
