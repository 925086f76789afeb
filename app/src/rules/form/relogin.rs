//! Logging in again without leaving the form, when the session ended while it was filled in.

use crate::parts::view::{Erase, live_maybe};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::SubmitEvent;

use super::save::SaveAgain;
use super::state::FormState;
use crate::api::log_in_here;
use crate::error::AppError;
use crate::parts::dialog::Dialog;

#[component]
pub(super) fn Relogin(state: FormState) -> impl IntoView {
    let asks = state.asks_login;
    live_maybe(move || asks.get().then(|| view! { <LoginDialog asks/> }.erase()))
}

#[component]
fn LoginDialog(asks: RwSignal<bool>) -> impl IntoView {
    let SaveAgain(again) = expect_context();
    let cancel = Callback::new(move |()| asks.set(false));
    let email = NodeRef::<html::Input>::new();
    let password = NodeRef::<html::Input>::new();
    let refused = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let log_in = move |event: SubmitEvent| {
        event.prevent_default();
        event.stop_propagation();
        let (Some(email), Some(password)) = (email.get_untracked(), password.get_untracked()) else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (email, typed) = (email.value(), password.value());
        spawn_local(async move {
            let answer = log_in_here(email, typed).await;
            busy.try_set(false);
            match answer {
                Ok(()) => {
                    asks.set(false);
                    again.with_value(|save| save());
                }
                Err(AppError::Fields(errors)) => {
                    let first = errors.0.into_iter().next().map(|error| error.message);
                    refused.set(first);
                }
                Err(other) => refused.set(Some(other.to_string())),
            }
        });
    };
    let invalid = move || refused.get().map(|_| "true");
    view! {
        <Dialog labelled_by="relogin-title" class="dialog--small" on_cancel=cancel>
            <form class="dialog__body" on:submit=log_in>
                <h2 class="dialog__title" id="relogin-title">"Your session has ended"</h2>
                <p>"Log in again to save the rule. What you typed is still here."</p>
                <div role="alert">
                    {live_maybe(move || {
                        refused.get().map(|text| view! { <p class="field__error" id="relogin-error">{text}</p> }.erase())
                    })}
                </div>
                <div class="field">
                    <label class="field__label" for="relogin-email">"E-mail"</label>
                    <input
                        class="input"
                        id="relogin-email"
                        type="email"
                        autocomplete="username"
                        required
                        node_ref=email
                        aria-invalid=invalid
                        aria-describedby="relogin-error"
                    />
                </div>
                <div class="field">
                    <label class="field__label" for="relogin-password">"Password"</label>
                    <input
                        class="input"
                        id="relogin-password"
                        type="password"
                        autocomplete="current-password"
                        required
                        node_ref=password
                    />
                </div>
                <div class="dialog__foot">
                    <button type="button" class="button" on:click=move |_| asks.set(false)>"Not now"</button>
                    <button type="submit" class="button button--primary" disabled=move || busy.get()>
                        "Log in and save"
                    </button>
                </div>
            </form>
        </Dialog>
    }
    .erase()
}
