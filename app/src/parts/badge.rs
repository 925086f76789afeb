//! A state as a dot and a word: colour is never its only sign.

use crate::parts::view::Erase;
use leptos::prelude::*;

/// How a state feels.
#[derive(Clone, Copy)]
pub(crate) enum Tone {
    Good,
    Idle,
    Warn,
}

/// The badge.
pub(crate) fn badge(tone: Tone, label: &'static str) -> AnyView {
    let class = match tone {
        Tone::Good => "badge badge--good",
        Tone::Idle => "badge badge--idle",
        Tone::Warn => "badge badge--warn",
    };
    view! { <span class=class>{label}</span> }.erase()
}

/// The platform's tag.
pub(crate) fn platform_tag(platform: leadbell_domain::Platform) -> AnyView {
    let class = match platform {
        leadbell_domain::Platform::Lms => "tag tag--lms",
        leadbell_domain::Platform::CallLogic => "tag tag--call",
    };
    view! { <span class=class>{platform.label()}</span> }.erase()
}

/// An entity's status.
pub(crate) fn entity_status(status: leadbell_domain::EntityStatus) -> AnyView {
    use leadbell_domain::EntityStatus as S;
    let tone = match status {
        S::Active => Tone::Good,
        S::Pending | S::Paused | S::Test => Tone::Warn,
        S::Disabled | S::Deleted => Tone::Idle,
    };
    badge(tone, status.label())
}
