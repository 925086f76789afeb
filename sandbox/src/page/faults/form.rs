//! The form that switches a fault on. Fields of choices not made are hidden by the style alone (`data-for`,
//! `data-often`), so it works without a script.

use maud::{Markup, html};

use super::Typed;
use crate::api::METHODS;
use crate::faults::KINDS;
use crate::mask::mask;
use crate::page::layout::by_name;
use crate::state::State;

/// A field: its name, and the choices it belongs to.
struct Field<'a> {
    typed: &'a Typed,
    name: &'a str,
    /// Kinds of faults; none means all.
    kinds: Option<&'a str>,
    /// How often; none means always.
    often: Option<&'a str>,
    hint: Option<&'a str>,
}

impl<'a> Field<'a> {
    fn new(typed: &'a Typed, name: &'a str) -> Self {
        Self {
            typed,
            name,
            kinds: None,
            often: None,
            hint: None,
        }
    }

    fn of(mut self, kinds: &'a str) -> Self {
        self.kinds = Some(kinds);
        self
    }

    fn when(mut self, often: &'a str) -> Self {
        self.often = Some(often);
        self
    }

    fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }

    fn describes(&self) -> Option<String> {
        let wrong = self.typed.wrong(self.name).map(|_| format!("e-{}", self.name));
        let hint = self.hint.map(|_| format!("h-{}", self.name));
        let ids: Vec<String> = wrong.into_iter().chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn around(&self, control: &Markup) -> Markup {
        html! {
            div.field data-for=[self.kinds] data-often=[self.often] {
                label for={ "f-" (self.name) } { (label(self.name)) }
                (control)
                @if let Some(wrong) = self.typed.wrong(self.name) { p.wrong id={ "e-" (self.name) } { (wrong) } }
                @if let Some(hint) = self.hint { p.hint id={ "h-" (self.name) } { (hint) } }
            }
        }
    }

    fn select(&self, begin: &str, options: &[(String, String)]) -> Markup {
        let chosen = self.typed.or(self.name, begin);
        let wrong = self.typed.wrong(self.name).map(|_| "true");
        self.around(&html! {
            select id={ "f-" (self.name) } name=(self.name) aria-invalid=[wrong] aria-describedby=[self.describes()] {
                @for (value, label) in options { option value=(value) selected[value == chosen] { (label) } }
            }
        })
    }

    fn input(&self, begin: &str, mode: Option<&str>, list: Option<&str>) -> Markup {
        let wrong = self.typed.wrong(self.name).map(|_| "true");
        self.around(&html! {
            input id={ "f-" (self.name) } name=(self.name) type="text" inputmode=[mode] list=[list] autocomplete="off"
                value=(self.typed.or(self.name, begin)) aria-invalid=[wrong] aria-describedby=[self.describes()];
        })
    }

    fn number(&self, begin: &str) -> Markup {
        self.input(begin, Some("numeric"), None)
    }
}

/// What a field is called.
fn label(name: &str) -> &str {
    match name {
        "fault" => "What goes wrong",
        "retry_after_s" => "Retry-After, seconds",
        "status" => "Status",
        "ms" => "Late by, milliseconds",
        "needed" => "Scope that is missing",
        "code" => "Error code",
        "fields" => "More fields of the answer",
        "honoured" => "The second message",
        "when" => "When",
        "channel" => "Channel or person",
        "token" => "Token",
        "method" => "Method",
        "often" => "Which calls",
        "times" => "How many calls",
        "every" => "n",
        "percent" => "Percent of the calls",
        "seed" => "Seed",
        "seconds" => "Ends after, seconds",
        other => other,
    }
}

/// Codes worth rehearsing that have no kind of their own.
const CODES: [&str; 16] = [
    "account_inactive",
    "channel_not_found",
    "ekm_access_denied",
    "invalid_auth",
    "invalid_blocks",
    "message_limit_exceeded",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_permission",
    "not_in_channel",
    "org_login_required",
    "restricted_action",
    "service_unavailable",
    "team_added_to_org",
    "token_expired",
    "user_disabled",
];

fn pair(value: &str, label: &str) -> (String, String) {
    (value.to_owned(), label.to_owned())
}

pub(super) fn form(state: &State, typed: &Typed) -> Markup {
    html! {
        form #fault-form data-keep method="post" action="/sandbox/faults#faults" novalidate aria-labelledby="t-fault-form" {
            h2 #t-fault-form { "Switch a fault on" }
            @if !typed.errors.is_empty() {
                div.summary role="alert" {
                    p { "Nothing was switched on:" }
                    ul { @for e in &typed.errors { li { a href={ "#f-" (e.field) } { (label(&e.field)) ": " (e.message) } } } }
                }
            }
            (what(typed))
            (place(state, typed))
            (often(typed))
            button.go type="submit" { "Switch on" }
        }
    }
}

fn what(typed: &Typed) -> Markup {
    let field = |name| Field::new(typed, name);
    let kinds: Vec<_> = KINDS
        .iter()
        .filter(|k| k.name != "reply")
        .map(|k| pair(k.name, k.label))
        .collect();
    let statuses: Vec<_> = ["500", "502", "503", "504", "404"].map(|s| pair(s, s)).into();
    let follows: Vec<&str> = KINDS
        .iter()
        .filter(|k| k.may_follow_work)
        .map(|k| k.name)
        .collect();
    let whens = [
        pair("before", "Before the message is posted"),
        pair("after", "After the message was posted"),
    ];
    let honours = [
        pair("true", "Answered like the first, nothing posted"),
        pair("false", "Posted again"),
    ];
    html! {
        fieldset {
            legend { "What" }
            (field("fault").select("rate_limited", &kinds))
            (field("retry_after_s").of("rate_limited").hint("Empty: no such header").number("3"))
            (field("status").of("http_error").select("500", &statuses))
            (field("ms").of("slow").number("2000"))
            (field("needed").of("missing_scope")
                .hint("Empty: what the method demands").input("", None, Some("l-scopes")))
            datalist #l-scopes {
                @for s in ["channels:join", "channels:write", "chat:write", "chat:write.public", "im:write"] { option value=(s) {} }
            }
            (field("code").of("error").hint("Any code of Slack").input("", None, Some("l-codes")))
            datalist #l-codes { @for code in CODES { option value=(code) {} } }
            (field("fields").of("error")
                .hint(r#"JSON, such as {"needed":"chat:write"}"#).input("", None, None))
            (field("honoured").of("client_msg_id").select("true", &honours))
            (field("when").of(&follows.join(" ")).select("before", &whens))
        }
    }
}

fn place(state: &State, typed: &Typed) -> Markup {
    let field = |name| Field::new(typed, name);
    let w = &state.workspace;
    let mut methods = vec![pair("", "Every method")];
    methods.extend(METHODS.map(|m| pair(m, m)));
    let mut known: Vec<_> = w.channels.values().filter(|c| !c.is_direct()).collect();
    known.sort_by(|a, b| by_name(a, b));
    let mut channels = vec![pair("", "Everywhere")];
    channels.extend(known.iter().map(|c| pair(&c.id, &format!("#{}", c.name))));
    let people = w.members.values().filter(|m| !m.is_bot);
    channels.extend(people.map(|m| pair(&m.id, &format!("Direct message with {}", m.name))));
    let mut tokens: Vec<_> = w
        .tokens
        .values()
        .map(|t| (mask(&t.value), format!("{} ({})", mask(&t.value), t.app_name)))
        .collect();
    tokens.sort_by_key(|(masked, _)| {
        masked
            .chars()
            .rev()
            .take(4)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<String>()
    });
    tokens.insert(0, pair("", "Any token"));
    html! {
        fieldset {
            legend { "Where" }
            (field("channel").select("", &channels))
            (field("token").select("", &tokens))
            (field("method").select("", &methods))
        }
    }
}

fn often(typed: &Typed) -> Markup {
    let field = |name| Field::new(typed, name);
    let choices = [
        pair("always", "Every call"),
        pair("times", "The next calls"),
        pair("every", "Every n-th call"),
        pair("percent", "By chance"),
    ];
    html! {
        fieldset {
            legend { "How often" }
            (field("often").select("always", &choices))
            (field("times").when("times").number("1"))
            (field("every").when("every").number("3"))
            (field("percent").when("percent").input("25", Some("decimal"), None))
            (field("seed").when("percent").hint("The same seed hits the same calls again").number("1"))
            (field("seconds").hint("Empty: when it is switched off").number(""))
        }
    }
}
