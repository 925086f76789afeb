//! How to connect Slack, step by step.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use leadbell_domain::{TokenKind, needed_scopes};
use leptos::prelude::*;

use super::{connections, draw_for};
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

fn scope_list(kind: TokenKind) -> AnyView {
    needed_scopes(kind)
        .iter()
        .map(|need| view! { <li><code>{need.scope}</code>" – "{need.why}</li> })
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
                <p>
                    "The short way, for messages that come from the app: this opens Slack with everything of steps 1 and 2"
                    " filled in. Choose the workspace, press “Create”, and go on with step 3."
                </p>
                <p>{connections::app_link(None)}</p>
                <p>"Or by hand:"</p>
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
                <ul>{scope_list(TokenKind::Bot)}</ul>
                <h3>"User Token Scopes"</h3>
                <p>"Messages come from you, the person who installs the app."</p>
                <ul>{scope_list(TokenKind::User)}</ul>
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
                        "Paste it into Auth Token when you add a rule, or under “"
                        <a href="/connections">"Connections"</a>
                        "”. Leadbell keeps it encrypted, offers it for your next rules, and never shows it again."
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
