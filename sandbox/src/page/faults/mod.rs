//! The panel "Faults": what is switched on, a form to switch more on, and the banner over the messages.

mod form;
mod posts;
mod typed;

use maud::{Markup, html};

use super::{panel, when};
use crate::faults::{FaultReport, Over};
use crate::state::State;

pub(super) use posts::router;
pub(super) use typed::Typed;

/// Faults the banner tells of before it only counts.
const TOLD: usize = 2;

/// The panel; `shown` if it is the one to see when the address names none.
pub(super) fn panel(state: &State, now_ms: i64, typed: &Typed, shown: bool) -> Markup {
    let about = "What goes wrong on purpose, so that you can watch Leadbell cope with it.";
    html! {
        section.panel.default[shown] #faults data-title="Faults" aria-labelledby="t-faults" tabindex="-1" {
            (panel::head("faults", html! { "Faults" }, about, None))
            div.scroll.sheet tabindex="0" role="region" aria-label="Faults, and a form to switch one on" {
                h2 { "Switched on" }
                div #faults-on { (list(state, now_ms)) }
                (form::form(state, typed))
            }
        }
    }
}

/// What is switched on, and what is over with what it hit.
pub(super) fn list(state: &State, now_ms: i64) -> Markup {
    let faults = state.faults.reports(&state.workspace, now_ms);
    html! {
        @if faults.is_empty() {
            p.quiet { "Nothing. Slack behaves as it should; choose below what is to go wrong." }
        } @else {
            ul.faults { @for fault in &faults { (item(fault)) } }
            form.off method="post" action="/sandbox/faults/off#faults" {
                button.plain #off-all type="submit" { "Switch all off" }
            }
        }
    }
}

fn item(fault: &FaultReport) -> Markup {
    let verb = if fault.on { "Switch off" } else { "Remove" };
    html! {
        li.fault.over[!fault.on] data-fault=(fault.id) {
            div.body {
                p.says { (fault.says) }
                p {
                    span.state { (state_of(fault)) }
                    " · " span data-hits { (hits(fault)) }
                    " · since " (when::clock(fault.since_ms, true))
                    @if let (true, Some(end)) = (fault.on, fault.ends_at_ms) { " until " (when::clock(end, true)) }
                }
            }
            form.off method="post" action={ "/sandbox/faults/" (fault.id) "/off#faults" } {
                button.plain id={ "off-" (fault.id) } type="submit" aria-label={ (verb) ": " (fault.says) } { (verb) }
            }
        }
    }
}

fn state_of(fault: &FaultReport) -> &'static str {
    match fault.over {
        None => "on",
        Some(Over::UsedUp) => "used up",
        Some(Over::TimeIsUp) => "time is up",
    }
}

/// How many calls a fault hit.
pub(super) fn hits(fault: &FaultReport) -> String {
    let calls = if fault.seen == 1 { "call" } else { "calls" };
    format!("hit {} of {} {calls}", fault.hits, fault.seen)
}

/// Over the messages while any fault is on.
pub(super) fn banner(state: &State, now_ms: i64) -> Markup {
    let mut on = state.faults.reports(&state.workspace, now_ms);
    on.retain(|f| f.on);
    let more = on.len().saturating_sub(TOLD);
    html! {
        @if !on.is_empty() {
            div.banner {
                p {
                    strong { @if on.len() == 1 { "1 fault is on" } @else { (on.len()) " faults are on" } }
                    @for fault in on.iter().take(TOLD) { span.says { (fault.says) } }
                    @if more > 0 { span.says { "and " (more) " more" } }
                }
                a href="#faults" { "Show faults" }
                form.off method="post" action="/sandbox/faults/off" {
                    button.plain #banner-off type="submit" { "Switch all off" }
                }
            }
        }
    }
}
