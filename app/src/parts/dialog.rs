//! A native dialog over a page that has an address of its own. Drawn open, so that it works without a script; with
//! one it becomes modal: the rest is inert, Esc cancels, the focus returns where it came from.

use crate::parts::view::Erase;
use leptos::html;
use leptos::prelude::*;
use web_sys::{Event, KeyboardEvent};

/// A dialog named by the element of id `labelled_by`. `on_cancel` is asked when Esc is pressed.
#[component]
pub(crate) fn Dialog(
    labelled_by: &'static str,
    class: &'static str,
    on_cancel: Callback<()>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        if let Some(dialog) = dialog.get() {
            // Open as drawn by the server is open without being modal.
            if dialog.open() {
                dialog.close();
            }
            let _ = dialog.show_modal();
        }
    });
    on_cleanup(move || {
        // Closing first hands the focus back; removing an open dialog would lose it.
        if let Some(dialog) = dialog.try_get_untracked().flatten()
            && dialog.open()
        {
            dialog.close();
        }
    });
    view! {
        <dialog
            class=format!("dialog {class}")
            open=true
            aria-labelledby=labelled_by
            node_ref=dialog
            on:cancel=move |event: Event| {
                event.prevent_default();
                on_cancel.run(());
            }
            on:keydown=move |event: KeyboardEvent| {
                // The browser closes a dialog on a second Esc whatever `cancel` says; this address must close first.
                if event.key() == "Escape" && !event.default_prevented() {
                    event.prevent_default();
                    on_cancel.run(());
                }
            }
        >
            {children()}
        </dialog>
    }
    .erase()
}
