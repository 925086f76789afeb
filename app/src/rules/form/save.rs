//! Saving: checked here first, then by the server; nothing typed is ever lost.

use leadbell_domain::FieldErrors;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::SubmitEvent;

use super::state::FormState;
use crate::api::store_rule;
use crate::error::AppError;
use crate::frame::use_notice;
use crate::parts::dom;
use crate::rules::tab::Tab;

/// What a submit of the form does, and what a new login goes on with.
pub(super) fn saver(state: FormState, tab: Tab) -> impl Fn(SubmitEvent) + Clone + Send + Sync + 'static {
    let notice = use_notice();
    let close = StoredValue::new(tab.closer());
    let save = move || {
        state.collect_settings();
        if state.saving.get_untracked() {
            return;
        }
        state.message.set(None);
        if let Err(errors) = state.check() {
            state.refuse(errors);
            return;
        }
        state.errors.set(FieldErrors::new());
        state.saving.set(true);
        spawn_local(async move {
            let answer = store_rule(state.to_save()).await;
            state.saving.set(false);
            match answer {
                Ok(saved) => {
                    state.forget_token();
                    notice.say(match saved.note {
                        Some(note) => format!("Rule {} is saved. {note}", saved.number),
                        None => format!("Rule {} is saved.", saved.number),
                    });
                    tab.rules.refetch();
                    close.with_value(|close| close());
                }
                Err(AppError::Fields(errors)) => state.refuse(errors),
                Err(AppError::LoggedOut) => state.asks_login.set(true),
                // Somebody else was faster, or the rule would flood: a page of its own shows both, or by how much, with what is
                // typed here.
                Err(AppError::Conflict | AppError::WouldFlood(_)) => {
                    if let Some(form) = state.form.get_untracked() {
                        dom::post_plainly(&form, "save");
                    }
                }
                Err(other) => state.message.set(Some(other.to_string())),
            }
        });
    };
    provide_context(SaveAgain(StoredValue::new(Box::new(save))));
    move |event: SubmitEvent| {
        event.prevent_default();
        save();
    }
}

/// Saves once more, after somebody has logged in again.
#[derive(Clone, Copy)]
pub(super) struct SaveAgain(pub StoredValue<Box<dyn Fn() + Send + Sync>>);
