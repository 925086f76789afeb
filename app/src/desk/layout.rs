//! The document around a desk page: the same head and frame as everywhere, and no script but where a page brings one.

use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_meta::HashedStylesheet;

use crate::frame::{alert_line, brand, menu, notice_text};
use crate::parts::view::Erase;
use crate::views::{Alert, Notice, Person};

/// What stands around a page's own part.
pub(super) struct Around<'a> {
    pub title: &'a str,
    pub path: &'a str,
    pub person: Option<Person>,
    pub notice: Option<Notice>,
    pub alert: Option<Alert>,
    pub options: LeptosOptions,
    /// A script of ours with its nonce.
    pub script: Option<(&'a str, &'static str)>,
}

/// The whole document as HTML. To be called under an owner.
pub(super) fn document(around: Around<'_>, body: AnyView) -> String {
    let Around {
        title,
        path,
        person,
        notice,
        alert,
        options,
        script,
    } = around;
    let title = format!("{title} · Leadbell");
    let path = Signal::stored(path.to_owned());
    let said = notice.map(|said| view! { <div class="notice">{notice_text(said)}</div> }.erase());
    let script = script
        .map(|(nonce, code)| view! { <script nonce=nonce.to_owned() inner_html=code></script> }.erase());
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{title}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HashedStylesheet options id="style"/>
            </head>
            <body>
                <a class="skip-link" href="#main">"Skip to content"</a>
                <header class="header">{brand()} {person.map(|person| menu(person, path))}</header>
                <div class="notices" role="status">{alert.map(alert_line)} {said}</div>
                <main id="main" class="main" tabindex="-1">{body}</main>
                {script}
            </body>
        </html>
    }
    .to_html()
}
