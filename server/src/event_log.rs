//! What a search in the log of events means for its reader.

use leadbell_app::views::event_log::EventSearch;
use leadbell_domain::{
    DeliveryStatus, EntityId, FieldErrors, Level, Platform, PresetId, Scope, Timestamp, Trigger, Verb, Viewer,
};
use leadbell_store::{EventFilter, EventLogQuery, LOOK_AT, LogPlace, Match, Walk};

use crate::delivery_log::{DAY_MS, day, given, levels, scopes};

/// How far back the presets of the log reach, by their keys; today is of its own kind.
const WITHIN: [(&str, i64); 3] = [("day", DAY_MS), ("week", 7 * DAY_MS), ("month", 30 * DAY_MS)];

/// The status of events for which no rule fired.
pub const SILENT: &str = "none";

/// Presets belong to products: who does not see those does not narrow by them.
#[must_use]
pub fn knows_presets(viewer: &Viewer) -> bool {
    !viewer.scope(Level::Product, Verb::View).is_nothing()
}

/// The triggers whose events this viewer can see.
#[must_use]
pub fn triggers(viewer: &Viewer) -> Vec<Trigger> {
    let scopes = scopes(viewer, Verb::View);
    let seen = |trigger: &Trigger| {
        scopes.iter().any(|(level, scope)| {
            trigger.levels().contains(level)
                && match scope {
                    Scope::Platform(platform) => trigger.platform() == *platform,
                    _ => true,
                }
        })
    };
    Trigger::ALL.into_iter().filter(seen).collect()
}

/// Reads a search. What can't be used is complained about and never passed over.
pub fn filter(viewer: &Viewer, search: &EventSearch, now: Timestamp) -> Result<EventFilter, FieldErrors> {
    let mut errors = FieldErrors::new();
    let mut filter = EventFilter {
        scopes: scopes(viewer, Verb::View),
        silent: search.status.trim() == SILENT,
        code: given(&search.code).map(str::to_owned),
        target: given(&search.to).map(|to| to.trim_start_matches(['#', '@', ' ']).to_uppercase()),
        ..EventFilter::default()
    };
    filter.status = given(&search.status)
        .filter(|key| *key != SILENT)
        .and_then(|key| {
            errors.keep(
                "status",
                DeliveryStatus::from_key(key).ok_or("There is no such status."),
            )
        });
    filter.platform = given(&search.platform).and_then(|key| {
        errors.keep(
            "platform",
            Platform::from_key(key).ok_or("There is no such platform."),
        )
    });
    let known = triggers(viewer);
    filter.trigger = given(&search.trigger).and_then(|key| {
        let trigger = Trigger::from_key(key).filter(|trigger| known.contains(trigger));
        errors.keep("trigger", trigger.ok_or("There is no such trigger."))
    });
    filter.rule_number = given(&search.rule).and_then(|text| {
        let number = text.trim_start_matches('#').trim().parse::<i64>();
        errors.keep(
            "rule",
            number.map_err(|_| "Enter the rule's number, such as 412."),
        )
    });
    filter.preset = given(&search.preset).and_then(|id| {
        let preset = PresetId::new(id).ok().filter(|_| knows_presets(viewer));
        errors.keep("preset", preset.ok_or("There is no such preset."))
    });
    let levels = levels(viewer);
    for (level, text) in [
        (Level::Product, &search.product),
        (Level::Campaign, &search.campaign),
        (Level::Publisher, &search.publisher),
    ] {
        let Some(id) = given(text) else { continue };
        if !levels.contains(&level) {
            errors.add(level.key(), "There is no such filter.");
        } else if let Some(id) = errors.keep(level.key(), EntityId::new(id)) {
            filter.of.push((level, id));
        }
    }
    let how = match search.how.trim() {
        "" => Match::Begins,
        "whole" => Match::Whole,
        "contains" => Match::Contains,
        _ => {
            errors.add("how", "An id begins with a text, contains it, or is it.");
            Match::Begins
        }
    };
    filter.about = given(&search.q).map(|about| (about.to_owned(), how));
    filter.from = given(&search.from).and_then(|text| day(&mut errors, "from", text));
    filter.until = given(&search.until)
        .and_then(|text| day(&mut errors, "until", text))
        .map(|at| at + DAY_MS);
    if let Some(key) = given(&search.within) {
        let back = WITHIN.into_iter().find(|(known, _)| *known == key);
        let from = match (key, back) {
            ("today", _) => Some(now - now.rem_euclid(DAY_MS)),
            (_, Some((_, back))) => Some(now - back),
            _ => None,
        };
        match from {
            // Days that are named count for more.
            Some(from) if filter.from.is_none() && filter.until.is_none() => filter.from = Some(from),
            Some(_) => {}
            None => errors.add("within", "There is no such time span."),
        }
    }
    if errors.is_empty() {
        Ok(filter)
    } else {
        Err(errors)
    }
}

/// From where a search goes on; `None` when the place is none.
#[must_use]
pub fn walk(search: &EventSearch) -> Option<Walk> {
    let place = |text: &str| given(text).map(str::parse::<LogPlace>).transpose();
    match (place(&search.after), place(&search.before)) {
        (Ok(Some(after)), Ok(_)) => Some(Walk::Newer(Some(after))),
        (Ok(None), Ok(before)) => Some(Walk::Older(before)),
        _ => None,
    }
}

/// A page of a search.
#[must_use]
pub fn query(filter: EventFilter, walk: Walk, limit: i64) -> EventLogQuery {
    EventLogQuery {
        filter,
        walk,
        limit,
        look_at: LOOK_AT,
    }
}

/// Whether the host of an event may be told: it can name the publisher whose page it is.
#[must_use]
pub fn knows_hosts(viewer: &Viewer) -> bool {
    !viewer.role.is_of_buyers()
}

#[cfg(test)]
mod tests {
    use leadbell_domain::Policy;
    use leadbell_domain::Role;

    use super::*;

    fn viewer(role: Role) -> Viewer {
        Viewer {
            user: None,
            role,
            publishers: vec![EntityId::new("1044").unwrap()],
            buyers: vec![EntityId::new("402").unwrap()],
            elevated: false,
            policy: Policy::default(),
        }
    }

    #[test]
    fn a_publisher_narrows_by_what_is_his_and_by_triggers_of_his() {
        let with = |name: &str, value: &str| {
            let mut search = EventSearch::default();
            match name {
                "campaign" => search.campaign = value.into(),
                "product" => search.product = value.into(),
                "publisher" => search.publisher = value.into(),
                "preset" => search.preset = value.into(),
                _ => search.trigger = value.into(),
            }
            filter(&viewer(Role::Publisher), &search, 0).is_ok()
        };
        assert!(with("publisher", "1044") && with("trigger", "lms.lead_sold"));
        for (name, value) in [
            ("campaign", "8807"),
            ("product", "218"),
            ("trigger", "lms.campaign_rejected"),
            ("preset", "01931c3e-7b1a-7c3e-8a55-0242ac120002"),
        ] {
            assert!(!with(name, value), "{name}");
        }
        assert_eq!(triggers(&viewer(Role::Publisher)).len(), 6);
        assert_eq!(triggers(&viewer(Role::BuyerAgent)).len(), 7);
        assert_eq!(triggers(&viewer(Role::LmsAdmin)).len(), 6);
        assert!(triggers(&viewer(Role::Qa)).is_empty());
    }

    #[test]
    fn what_can_not_be_used_is_named_by_its_field() {
        let search = EventSearch {
            status: "eaten".into(),
            rule: "big".into(),
            from: "tomorrow".into(),
            within: "ages".into(),
            how: "maybe".into(),
            platform: "fax".into(),
            ..EventSearch::default()
        };
        let errors = filter(&viewer(Role::GlobalAdmin), &search, 0).unwrap_err();
        let mut fields: Vec<&str> = errors.0.iter().map(|error| error.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["from", "how", "platform", "rule", "status", "within"]);
    }

    #[test]
    fn today_begins_at_midnight_and_named_days_count_for_more() {
        let now = 10 * DAY_MS + 5_000;
        let today = EventSearch {
            within: "today".into(),
            ..EventSearch::default()
        };
        let read = filter(&viewer(Role::Support), &today, now).unwrap();
        assert_eq!((read.from, read.until), (Some(10 * DAY_MS), None));
        let named = EventSearch {
            until: "1970-01-02".into(),
            ..today
        };
        let read = filter(&viewer(Role::Support), &named, now).unwrap();
        assert_eq!((read.from, read.until), (None, Some(2 * DAY_MS)));
    }
}
