//! How to connect Slack, step by step.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use leptos::prelude::*;

use super::draw_for;
use crate::http::Pages;
use crate::parts::view::Erase;

/// `/help/slack`: for everybody, logged in or not.
pub(super) fn router() -> Router<Pages> {
    Router::new().route("/help/slack", get(open))
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    draw_for(&pages, &parts, StatusCode::OK, "Slack setup", guide).await
}

/// Slack's type lists of bot and user scopes differ: `channels:join` and `chat:write.public` exist for bots only.
const BOT_SCOPES: [(&str, &str); 4] = [
    ("chat:write", "Post messages."),
    (
        "chat:write.public",
        "Post to public channels that the app was not invited to.",
    ),
    (
        "channels:join",
        "Join public channels by itself, where a workspace demands membership.",
    ),
    ("im:write", "Start direct messages with people."),
];
const USER_SCOPES: [(&str, &str); 3] = [
    ("chat:write", "Post messages in your name."),
    ("channels:write", "Join public channels for you."),
    ("im:write", "Start direct messages with people."),
];

fn scope_list(scopes: &'static [(&'static str, &'static str)]) -> AnyView {
    scopes
        .iter()
        .map(|(scope, why)| view! { <li><code>{*scope}</code>" – "{*why}</li> }.erase())
        .collect_view()
        .erase()
}

fn guide() -> AnyView {
    view! {
        <article class="guide">
            <h1 class="head__title">"Connect Slack"</h1>
            <p class="guide__lead">
                "Leadbell posts with a token of a Slack app that you own. Making one takes about five minutes and is done"
                " once per workspace."
            </p>
            <section id="app">
                <h2>"1. Create the app"</h2>
                <ol>
                    <li>
                        "Open "
                        <a href="https://api.slack.com/apps" target="_blank" rel="noreferrer">"api.slack.com/apps"</a>
                        " and log in to your workspace."
                    </li>
                    <li>"Choose “Create an App”, then “From scratch”."</li>
                    <li>"Give it a name (people see it as the sender), pick the workspace and press “Create App”."</li>
                </ol>
            </section>
            <section id="scopes">
                <h2>"2. Say what it may do"</h2>
                <p>
                    "In the app's settings open “OAuth & Permissions” and scroll to “Scopes”. Decide who is to speak,"
                    " and under that heading press “Add an OAuth Scope” for each of these:"
                </p>
                <h3>"Bot Token Scopes"</h3>
                <p>"Messages come from the app. This is what you want in most cases."</p>
                <ul>{scope_list(&BOT_SCOPES)}</ul>
                <h3>"User Token Scopes"</h3>
                <p>"Messages come from you, the person who installs the app."</p>
                <ul>{scope_list(&USER_SCOPES)}</ul>
            </section>
            <section id="install">
                <h2>"3. Install it and copy the token"</h2>
                <ol>
                    <li>"Scroll up to “OAuth Tokens for Your Workspace”, press “Install to Workspace”, then “Allow”."</li>
                    <li>
                        "Copy the “Bot User OAuth Token” (begins with "<code>"xoxb-"</code>
                        ") or the “User OAuth Token” (begins with "<code>"xoxp-"</code>")."
                    </li>
                    <li>
                        "Paste it into Auth Token when you add a rule. Leadbell keeps it encrypted, offers it for your next"
                        " rules, and never shows it again."
                    </li>
                </ol>
                <p class="hint">"If you change the scopes later, install the app again: the old token keeps its old scopes."</p>
            </section>
            <section id="channel-id">
                <h2>"Find a Channel ID"</h2>
                <ol>
                    <li>"In Slack, open the channel and click its name at the top."</li>
                    <li>
                        "At the very bottom of “About” stands the Channel ID. It begins with "<code>"C"</code>
                        " (or "<code>"G"</code>" for some private channels)."
                    </li>
                    <li>"For a private channel, invite the app first: type "<code>"/invite @YourApp"</code>" in it."</li>
                </ol>
            </section>
            <section id="member-id">
                <h2>"Find a Member ID"</h2>
                <ol>
                    <li>"In Slack, click the person's name or picture and choose “View full profile”."</li>
                    <li>
                        "Press ⋮ and “Copy member ID”. It begins with "<code>"U"</code>" (or "<code>"W"</code>"). It is"
                        " neither the display name nor the e-mail address."
                    </li>
                </ol>
            </section>
        </article>
    }
    .erase()
}
