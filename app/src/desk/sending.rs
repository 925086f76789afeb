//! `…/tracking/{rule}/sending`: how a rule's messages go out: bursts, limits, repetitions, quiet hours, doubt.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{RuleDraft, TimeZone};
use leptos::prelude::*;

use super::Visit;
use super::form::{Field, Wrong, complaints};
use super::rule_place::{RulePlace, rule_of, under_tracking};
use crate::address::Place;
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::head::{Tab, entity_head};
use crate::parts::view::Erase;
use crate::views::sending::SendingPage;

/// The pages of all levels and of the publisher's own profile.
pub(super) fn router() -> Router<Pages> {
    let mut router = Router::new();
    for path in under_tracking("{rule}/sending") {
        router = router.route(&path, get(open).post(post));
    }
    router
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((on, rule)) = rule_of(&visit, "/sending") else {
        return visit.trouble(AppError::NotFound).await;
    };
    match visit.backend.rule_sending(on.level, &on.entity, &rule).await {
        Ok(page) => {
            let title = title(&page);
            visit
                .page(&title, || shown(&page, &on.place, &Wrong::default()))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(posted) => posted,
        Err(elsewhere) => return *elsewhere,
    };
    let (Some((on, rule)), Ok(seen)) = (rule_of(&visit, "/sending"), form.text("seen").parse()) else {
        return visit.trouble(AppError::NotFound).await;
    };
    // The same names as in the rule's own form.
    let typed = RuleDraft::from_form(form.pairs()).sending;
    let saved = visit
        .backend
        .save_sending(on.level, &on.entity, &rule, seen, &typed)
        .await;
    match saved {
        Ok(()) => {
            visit
                .done("The sending options are saved.", &on.place.tracking())
                .await
        }
        Err(AppError::Fields(errors)) => again(visit, &on, &rule, typed, errors_at(errors)).await,
        Err(AppError::Conflict) => {
            let message = Some(
                "Somebody changed this rule meanwhile. Below is what you chose; save again to store it with the \
                 rule as it is now."
                    .to_owned(),
            );
            let wrong = Wrong {
                message,
                ..Wrong::default()
            };
            again(visit, &on, &rule, typed, wrong).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn errors_at(errors: leadbell_domain::FieldErrors) -> Wrong {
    Wrong {
        errors,
        message: None,
    }
}

/// The page with what was typed.
async fn again(
    visit: Visit,
    on: &RulePlace,
    rule: &leadbell_domain::RuleId,
    typed: BTreeMap<String, String>,
    wrong: Wrong,
) -> Response {
    match visit.backend.rule_sending(on.level, &on.entity, rule).await {
        Ok(found) => {
            let page = SendingPage {
                sending: typed,
                ..found
            };
            visit
                .refused(&title(&page), || shown(&page, &on.place, &wrong))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn title(page: &SendingPage) -> String {
    format!("Sending of rule {}", page.number)
}

/// What the fields are called, here and among the complaints.
const LABELS: [(&str, &str); 15] = [
    ("bursts", "When many come at once"),
    ("first.messages", "How many go as themselves"),
    ("first.minutes", "…of how many minutes"),
    ("caps.minute", "In a minute"),
    ("caps.hour", "In an hour"),
    ("caps.day", "In a day"),
    ("repeats.by", "The same"),
    ("repeats.minutes", "…within minutes"),
    ("quiet_hours.from", "From"),
    ("quiet_hours.to", "To"),
    ("quiet_hours.zone", "Time zone"),
    ("quiet_hours.then", "What comes then"),
    ("priority", "Priority"),
    ("in_doubt", "When Slack does not say whether it posted a message"),
    ("thread", "Threads"),
];

fn label(field: &str) -> String {
    let path = field.strip_prefix("action.sending.").unwrap_or(field);
    let known = LABELS.iter().find(|(known, _)| *known == path);
    known.map_or(field, |(_, label)| label).to_owned()
}

/// The fields, each with what was chosen.
struct Sheet<'a> {
    page: &'a SendingPage,
    wrong: &'a Wrong,
}

impl Sheet<'_> {
    fn value(&self, path: &str) -> &str {
        self.page.sending.get(path).map_or("", String::as_str)
    }

    fn choice(&self, path: &'static str, hint: &'static str, options: &[(&str, &str)]) -> AnyView {
        let options: Vec<(String, String)> = options
            .iter()
            .map(|(value, label)| ((*value).to_owned(), (*label).to_owned()))
            .collect();
        let name = format!("action.sending.{path}");
        let field = Field::new(&name, label(path), self.wrong);
        let field = if hint.is_empty() { field } else { field.hint(hint) };
        field.choice(&options, self.value(path))
    }

    fn line(&self, path: &'static str, kind: &'static str) -> AnyView {
        let name = format!("action.sending.{path}");
        Field::new(&name, label(path), self.wrong).line(kind, self.value(path))
    }

    fn part(&self, title: &'static str, hint: &'static str, fields: Vec<AnyView>) -> AnyView {
        view! {
            <fieldset class="field-group">
                <legend class="field-group__title">{title}</legend>
                <p class="hint">{hint}</p>
                <div class="field-group__row">{fields}</div>
            </fieldset>
        }
        .erase()
    }
}

fn shown(page: &SendingPage, place: &Place, wrong: &Wrong) -> AnyView {
    let name = (!page.name.is_empty()).then(|| format!(" · {}", page.name));
    view! {
        {entity_head(&page.view, *place == Place::Own, Tab::Tracking)}
        <section class="page-part">
            <h2 class="page-part__title">{title(page)} {name}</h2>
            <p class="hint">
                {format!(
                    "Slack takes about one message a second and channel. Here you say what becomes of this rule's messages to {} when \
                     there are more, and when none shall go out. Whatever is not sent as itself stands in the log with its reason.",
                    page.destination,
                )}
            </p>
            <p class="page-part__links">
                <a href=place.tracking()>"Back to the rules"</a>
                <a href=place.rule(&page.rule) rel="external">"Edit this rule"</a>
            </p>
        </section>
        {form(&Sheet { page, wrong })}
    }
    .erase()
}

fn form(sheet: &Sheet<'_>) -> AnyView {
    let page = sheet.page;
    let repeats: Vec<(&str, &str)> = std::iter::once(("", "Send repetitions, too"))
        .chain(
            page.placeholders
                .iter()
                .map(|name| (name.as_str(), name.as_str())),
        )
        .collect();
    let zones: Vec<(&str, &str)> = TimeZone::all().map(|zone| (zone.name(), zone.name())).collect();
    let zone = match page.sending.get("quiet_hours.zone") {
        Some(_) => sheet.choice("quiet_hours.zone", "", &zones),
        None => {
            let mut options = vec![("", "UTC")];
            options.extend(zones.into_iter().filter(|(name, _)| *name != "UTC"));
            sheet.choice("quiet_hours.zone", "", &options)
        }
    };
    let priority = matches!(sheet.value("priority"), "true" | "yes" | "on");
    let chosen: Vec<String> = priority.then(|| "true".to_owned()).into_iter().collect();
    view! {
        <form class="card form" method="post">
            <input type="hidden" name="seen" value=page.version.to_string()/>
            {complaints(sheet.wrong, label)}
            {sheet.choice(
                "bursts",
                "A summary tells how many there were, what their prices come to, the first of them, and links to all.",
                &[
                    ("", "One summary of what waits, while the channel is busy"),
                    ("every", "Every message in order, however long it takes"),
                    ("first", "The first few, then one summary"),
                ],
            )}
            {sheet.part(
                "The first few",
                "Only for the last of these choices.",
                vec![sheet.line("first.messages", "number"), sheet.line("first.minutes", "number")],
            )}
            {sheet.part(
                "At most",
                "What is over is not sent. Empty for no limit.",
                vec![
                    sheet.line("caps.minute", "number"),
                    sheet.line("caps.hour", "number"),
                    sheet.line("caps.day", "number"),
                ],
            )}
            {sheet.part(
                "Repetitions",
                "Tell the same lead, call or other value once in so many minutes.",
                vec![sheet.choice("repeats.by", "", &repeats), sheet.line("repeats.minutes", "number")],
            )}
            {sheet.part(
                "Quiet hours",
                "When nothing goes out. Empty for none; an end before the beginning is the next day's.",
                vec![
                    sheet.line("quiet_hours.from", "time"),
                    sheet.line("quiet_hours.to", "time"),
                    zone,
                    sheet.choice(
                        "quiet_hours.then",
                        "",
                        &[("", "Keep it, and tell it in one message afterwards"), ("drop", "Do not send it")],
                    ),
                ],
            )}
            {Field::new("action.sending.priority", label("priority"), sheet.wrong)
                .boxes(&[("true".to_owned(), "Goes out before all others, whatever is chosen above".to_owned())], &chosen)}
            {sheet.choice(
                "in_doubt",
                "After a time-out, for instance, it may be there or not.",
                &[
                    ("", "Rather never than twice: it waits for a person"),
                    ("resend", "Rather twice than never: send it again, and say so in the message"),
                ],
            )}
            {sheet.choice(
                "thread",
                "The first message about a lead or call stays in the channel and says below how things stand; what follows within 30 \
                 days is a reply to it. Rules with this choice, the same connection and the same channel share its threads. Summaries \
                 stand in the channel.",
                &[
                    ("", "Every message stands in the channel"),
                    ("lead", "One thread per lead or call"),
                ],
            )}
            <p class="row-actions">
                <button type="submit" class="button button--primary">"Save"</button>
            </p>
        </form>
    }
    .erase()
}
