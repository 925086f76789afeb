//! The fields of a preset's form.

use leadbell_domain::{FilterDraft, FilterKey, PriceOp, Trigger, filter_label, form_fields, placeholders};
use leptos::prelude::*;

use super::form::{Field, complaints};
use super::preset_form::Sheet;
use crate::parts::head::{Tab, entity_head};
use crate::parts::view::Erase;
use crate::rules::label_of;
use crate::views::Choice;

/// What the form does not show and must not lose: sending options and layout.
fn unseen(sheet: &Sheet) -> AnyView {
    let draft = &sheet.form.draft;
    [("sending", &draft.sending), ("layout", &draft.layout)]
        .into_iter()
        .flat_map(|(part, pairs)| {
            let named =
                move |(path, text): (&String, &String)| (format!("action.{part}.{path}"), text.clone());
            pairs.iter().map(named)
        })
        .map(|(name, text)| view! { <input type="hidden" name=name value=text/> }.erase())
        .collect_view()
        .erase()
}

/// The whole page.
pub(super) fn shown(sheet: &Sheet, title: &str) -> AnyView {
    let version = sheet
        .form
        .editing
        .as_ref()
        .map(|(_, version)| view! { <input type="hidden" name="version" value=*version/> }.erase());
    let rest = sheet.trigger.map(|trigger| settings(sheet, trigger));
    let foot = if sheet.trigger.is_some() {
        view! {
            <button type="submit" class="button button--primary" name="do" value="save">"Save preset"</button>
        }
        .erase()
    } else {
        view! {
            <button type="submit" class="button button--primary" name="do" value="again">"Next"</button>
        }
        .erase()
    };
    view! {
        {entity_head(&sheet.form.view, false, Tab::Presets)}
        <section class="page-part">
            <h2 class="page-part__title">{title.to_owned()}</h2>
            <p class="hint">"A template of rules: each rule made from it can change what it likes."</p>
        </section>
        {complaints(&sheet.wrong, label_of)}
        <form class="desk-form" method="post" action=sheet.action.clone()>
            {version}
            {unseen(sheet)}
            {basics(sheet)}
            {rest}
            <div class="desk-form__foot">
                {foot}
                <a class="button" href=sheet.list.clone()>"Cancel"</a>
            </div>
        </form>
    }
    .erase()
}

fn basics(sheet: &Sheet) -> AnyView {
    let draft = &sheet.form.draft;
    let mut options = vec![(String::new(), "Choose…".to_owned())];
    options.extend(
        sheet
            .form
            .view
            .triggers
            .iter()
            .map(|trigger| (trigger.key().to_owned(), trigger.label())),
    );
    let change = sheet.trigger.map(|_| {
        view! {
            <button type="submit" class="button" name="do" value="again">"Show the settings of this event"</button>
        }
        .erase()
    });
    view! {
        <fieldset class="form-section">
            <legend class="form-section__title">"Preset"</legend>
            {Field::new("name", "Name", &sheet.wrong).line("text", &draft.name)}
            {Field::new("note", "Note", &sheet.wrong).hint("For people: when to use it.").lines(&draft.note)}
            {Field::new("trigger", "Trigger", &sheet.wrong).hint("The event that sends the message.").choice(&options, &draft.trigger)}
            {change}
        </fieldset>
    }
    .erase()
}

fn settings(sheet: &Sheet, trigger: Trigger) -> AnyView {
    let lists = sheet
        .filters
        .iter()
        .filter(|key| **key != FilterKey::Price)
        .map(|key| list_filter(sheet, *key))
        .collect_view();
    let price = sheet
        .filters
        .contains(&FilterKey::Price)
        .then(|| price(sheet, trigger));
    let draft = &sheet.form.draft;
    let flag = |name: &'static str, label: &'static str, checked: bool| {
        view! {
            <label class="check">
                <input type="checkbox" name=name value="yes" checked=checked/>
                <span>{label}</span>
            </label>
        }
        .erase()
    };
    let duplicates = (trigger == Trigger::LmsRevenuePingBack).then(|| {
        flag(
            "include_duplicates",
            "Also for repeated ping backs",
            draft.include_duplicates,
        )
    });
    view! {
        <fieldset class="form-section">
            <legend class="form-section__title">"Trigger Settings"</legend>
            <div class="filters">{lists} {price}</div>
            {flag("include_test", "Also for test leads", draft.include_test)}
            {duplicates}
        </fieldset>
        {action(sheet, trigger)}
    }
    .erase()
}

fn list_filter(sheet: &Sheet, key: FilterKey) -> AnyView {
    let name = format!("filters.{}", key.key());
    let none = FilterDraft::default();
    let own = sheet.form.draft.filters.get(&key).unwrap_or(&none);
    let options: Vec<(String, String)> = sheet
        .values
        .get(&key)
        .into_iter()
        .flatten()
        .map(|choice| (choice.id.clone(), said(choice)))
        .collect();
    let boxes = Field::new(&name, filter_label(key), &sheet.wrong).boxes(&options, &own.values);
    let mode = view! {
        <select class="select select--mode" name=format!("{name}.mode") aria-label=format!("{} is", filter_label(key))>
            <option value="any_of" selected=!own.exclude>"is any of"</option>
            <option value="none_of" selected=own.exclude>"is none of"</option>
        </select>
    }
    .erase();
    let search = (key != FilterKey::Method).then(|| {
        let q = sheet.find.get(&key).cloned().unwrap_or_default();
        let label = format!("Find: {}", filter_label(key));
        view! {
            <div class="toolbar">
                <label class="toolbar__search">
                    <span class="visually-hidden">{label}</span>
                    <input class="input" type="search" name=format!("find.{}", key.key()) value=q placeholder="Name or ID…" autocomplete="off"/>
                </label>
                <button type="submit" class="button button--small" name="do" value="again" aria-label=format!("Search {}", filter_label(key))>
                    "Search"
                </button>
            </div>
        }
        .erase()
    });
    view! { <div class="filter">{mode} {boxes} {search}</div> }.erase()
}

fn said(choice: &Choice) -> String {
    let note = choice
        .note
        .as_ref()
        .map_or_else(String::new, |note| format!(" ({note})"));
    if choice.name == choice.id {
        format!("{}{note}", choice.id)
    } else {
        format!("{} · {}{note}", choice.name, choice.id)
    }
}

fn price(sheet: &Sheet, trigger: Trigger) -> AnyView {
    let price = &sheet.form.draft.price;
    let mut options = vec![(String::new(), "Any price".to_owned())];
    let offered: Vec<PriceOp> = form_fields(
        leadbell_domain::Role::GlobalAdmin,
        leadbell_domain::Policy::default(),
        leadbell_domain::Level::Product,
        trigger,
    )
    .price_ops;
    options.extend(
        offered
            .iter()
            .map(|op| (op.key().to_owned(), op.label().to_owned())),
    );
    let amount = |name: &'static str, label: &'static str, value: &str| {
        Field::new(name, label, &sheet.wrong).line("text", value)
    };
    let range = offered.contains(&PriceOp::Between).then(|| {
        view! {
            <div class="price__range">
                {amount("filters.price.min", "Min Price", &price.min)}
                {amount("filters.price.max", "Max Price", &price.max)}
            </div>
        }
        .erase()
    });
    view! {
        <div class="price">
            {Field::new("filters.price.op", "Price Restrictions", &sheet.wrong).choice(&options, &price.op)}
            <div class="price__value">{amount("filters.price.value", "Price Restriction Value", &price.value)}</div>
            {range}
        </div>
    }
    .erase()
}

fn action(sheet: &Sheet, trigger: Trigger) -> AnyView {
    let draft = &sheet.form.draft;
    let wrong = &sheet.wrong;
    let mut connections = vec![(String::new(), "Each rule chooses its own".to_owned())];
    connections.extend(
        sheet
            .form
            .connections
            .iter()
            .map(|known| (known.id.clone(), format!("{} · {}", known.name, known.hint))),
    );
    let options = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(value, label)| ((*value).to_owned(), (*label).to_owned()))
            .collect()
    };
    let targets = options(&[
        ("", "Each rule says where to"),
        ("channel", "To the channel"),
        ("member", "To the user"),
    ]);
    let personal = options(&[("masked", "Masked"), ("shown", "Shown")]);
    let shown = if draft.personal_data.is_empty() {
        "masked"
    } else {
        &draft.personal_data
    };
    let names: Vec<String> = placeholders(trigger, leadbell_domain::Level::Product)
        .map(|placeholder| format!("{{{{{}}}}}", placeholder.name))
        .collect();
    view! {
        <fieldset class="form-section">
            <legend class="form-section__title">"Action Settings: Send Slack Message"</legend>
            {Field::new("action.connection_id", "Saved connection", wrong).choice(&connections, &draft.connection_id)}
            {Field::new("action.target", "Action", wrong).choice(&targets, &draft.target)}
            {Field::new("action.target.channel_id", "Slack Channel ID", wrong).line("text", &draft.channel_id)}
            {Field::new("action.target.member_id", "Slack Member ID", wrong).line("text", &draft.member_id)}
            {Field::new("action.text", "Message Text", wrong).lines(&draft.text)}
            <details>
                <summary>"Placeholders of this event"</summary>
                <p class="hint">{names.join(" ")}</p>
            </details>
            {Field::new("action.personal_data", "Personal data in the message", wrong).choice(&personal, shown)}
        </fieldset>
    }
    .erase()
}
