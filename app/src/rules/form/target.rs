//! With which token, and to whom. Only the ID that applies is shown, by the style sheet alone.

use crate::parts::view::Erase;
use leptos::prelude::*;

use super::field::{complaint, error_id, text_field};
use super::state::FormState;

/// Auth Token: a saved one, or a new one pasted.
pub(super) fn token_fields(state: FormState) -> AnyView {
    let chosen = state.draft.with_untracked(|draft| draft.connection_id.clone());
    // Stepping to and fro keeps a pasted token, in this browser's memory only.
    let pasted = state.draft.with_untracked(|draft| draft.auth_token.0.clone());
    let saved: Vec<AnyView> = state.page.with_value(|page| {
        page.data
            .connections
            .iter()
            .map(|connection| {
                let label = format!(
                    "{} ({} token {}){}",
                    connection.name,
                    connection.kind,
                    connection.hint,
                    if connection.broken {
                        " – refused by Slack"
                    } else {
                        ""
                    }
                );
                let selected = connection.id == chosen;
                view! { <option value=connection.id.clone() selected=selected>{label}</option> }.erase()
            })
            .collect()
    });
    let has_saved = !saved.is_empty();
    let select = has_saved.then(|| {
        view! {
            <div class="field">
                <label class="field__label" for="action-connection-id">"Saved connection"</label>
                <select
                    class="select"
                    id="action-connection-id"
                    name="action.connection_id"
                    aria-invalid=state.invalid("action.connection_id")
                    aria-describedby=error_id("action.connection_id")
                >
                    <option value="" selected=chosen.is_empty()>"None: paste a token"</option>
                    {saved}
                </select>
                {complaint(state, "action.connection_id")}
            </div>
        }
        .erase()
    });
    let hint = if has_saved {
        "Only to use another token: a pasted one replaces the saved connection above. "
    } else {
        "The Bot or User OAuth Token of your Slack app. It is kept encrypted and never shown again. "
    };
    view! {
        {select}
        <div class="field">
            <label class="field__label" for="action-auth-token">"Auth Token"</label>
            <input
                class="input"
                id="action-auth-token"
                name="action.auth_token"
                type="password"
                autocomplete="off"
                spellcheck="false"
                placeholder="xoxb-… or xoxp-…"
                prop:value=pasted
                aria-invalid=state.invalid("action.auth_token")
                aria-describedby=format!("{} auth-token-hint", error_id("action.auth_token"))
            />
            {complaint(state, "action.auth_token")}
            <p class="hint" id="auth-token-hint">
                {hint} <a href="/help/slack" target="_blank">"How to get one"</a>
            </p>
        </div>
    }
    .erase()
}

/// Action: to a channel or to a user, and whose ID.
pub(super) fn target_fields(state: FormState) -> AnyView {
    let draft = state.draft.get_untracked();
    let to_member = draft.target == "member";
    let help = |lines: &'static str, anchor: &'static str| {
        view! {
            <details class="help">
                <summary>"How to find it"</summary>
                <p>{lines} " " <a href=anchor target="_blank">"Step by step"</a></p>
            </details>
        }
        .erase()
    };
    let channel_help = help(
        "In Slack, open the channel and click its name; the Channel ID stands at the very bottom of “About”. It begins \
         with C, or G for some private channels. Invite the app to a private channel first.",
        "/help/slack#channel-id",
    );
    let member_help = help(
        "In Slack, open the person's profile, press ⋮ and “Copy member ID”. It begins with U or W.",
        "/help/slack#member-id",
    );
    view! {
        <div class="target">
            <div class="field" role="radiogroup" aria-labelledby="action-target-label" aria-describedby=error_id("action.target")>
                <span class="field__label" id="action-target-label">"Action"</span>
                <div class="target__choices">
                    <label class="check">
                        <input type="radio" id="action-target" name="action.target" value="channel" checked=!to_member/>
                        "Send a message to the channel"
                    </label>
                    <label class="check">
                        <input type="radio" name="action.target" value="member" checked=to_member/>
                        "Send a message to the user"
                    </label>
                </div>
                {complaint(state, "action.target")}
            </div>
            <div class="target__channel">
                {text_field(state, "action.target.channel_id", draft.channel_id, Some(channel_help), false)}
            </div>
            <div class="target__member">
                {text_field(state, "action.target.member_id", draft.member_id, Some(member_help), false)}
            </div>
        </div>
    }
    .erase()
}
