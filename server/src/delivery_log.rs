//! What a search in the log of deliveries means for its reader.

use leadbell_app::views::deliveries::DeliverySearch;
use leadbell_domain::{
    ConnectionId, DeliveryStatus, EntityId, FieldErrors, Level, Scope, Timestamp, Verb, Viewer, may_read_log,
    parse_rfc3339,
};
use leadbell_store::{DeliveryFilter, RuleScopes};

const HOUR_MS: i64 = 60 * 60 * 1_000;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// How far back the presets of the log reach, by their keys.
const WITHIN: [(&str, i64); 4] = [
    ("hour", HOUR_MS),
    ("day", DAY_MS),
    ("week", 7 * DAY_MS),
    ("month", 30 * DAY_MS),
];

/// The rules whose deliveries a viewer sees ([`Verb::View`]), or may settle and have sent again ([`Verb::Manage`]).
#[must_use]
pub fn scopes(viewer: &Viewer, verb: Verb) -> RuleScopes {
    if !may_read_log(viewer.role) {
        return RuleScopes::new();
    }
    Level::ALL
        .into_iter()
        .map(|level| (level, viewer.scope(level, verb)))
        .filter(|(_, scope)| !scope.is_nothing())
        .collect()
}

/// The levels by whose entities a viewer may narrow the log. Nobody narrows by what he may not see: how many are left
/// would tell him whose his leads are.
#[must_use]
pub fn levels(viewer: &Viewer) -> Vec<Level> {
    Level::ALL
        .into_iter()
        .filter(|level| may_read_log(viewer.role) && viewer.scope(*level, Verb::View) != Scope::Nothing)
        .collect()
}

/// Reads a search. What can't be used is complained about and not passed over: a search decides what is sent again.
pub fn filter(
    viewer: &Viewer,
    verb: Verb,
    search: &DeliverySearch,
    now: Timestamp,
) -> Result<DeliveryFilter, FieldErrors> {
    let mut errors = FieldErrors::new();
    let status = given(&search.status).and_then(|key| {
        errors.keep(
            "status",
            DeliveryStatus::from_key(key).ok_or("There is no such status."),
        )
    });
    let rule_number = given(&search.rule).and_then(|text| {
        let number = text.trim_start_matches('#').trim().parse::<i64>();
        errors.keep(
            "rule",
            number.map_err(|_| "Enter the rule's number, such as 412."),
        )
    });
    let connection = given(&search.connection).and_then(|id| {
        errors.keep(
            "connection",
            ConnectionId::new(id).map_err(|_| "There is no such connection."),
        )
    });
    let levels = levels(viewer);
    let mut of = Vec::new();
    for (level, text) in [
        (Level::Product, &search.product),
        (Level::Campaign, &search.campaign),
        (Level::Publisher, &search.publisher),
    ] {
        let Some(id) = given(text) else { continue };
        if !levels.contains(&level) {
            errors.add(level.key(), "There is no such filter.");
        } else if let Some(id) = errors.keep(level.key(), EntityId::new(id)) {
            of.push((level, id));
        }
    }
    let mut from = given(&search.from).and_then(|text| day(&mut errors, "from", text));
    let until = given(&search.until)
        .and_then(|text| day(&mut errors, "until", text))
        .map(|at| at + DAY_MS);
    if let Some(key) = given(&search.within) {
        match WITHIN.into_iter().find(|(known, _)| *known == key) {
            // Days that are named count for more.
            Some((_, back)) if from.is_none() && until.is_none() => from = Some(now - back),
            Some(_) => {}
            None => errors.add("within", "There is no such time span."),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(DeliveryFilter {
        scopes: scopes(viewer, verb),
        ids: None,
        status,
        code: given(&search.code).map(str::to_owned),
        rule: None,
        rule_number,
        preset: None,
        of,
        connection,
        target: given(&search.to).map(|to| to.trim_start_matches(['#', '@', ' ']).to_uppercase()),
        about: given(&search.q).map(str::to_owned),
        from,
        until,
        settled_by: None,
    })
}

pub(crate) fn given(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty()).then_some(text)
}

/// The beginning of a day in UTC.
pub(crate) fn day(errors: &mut FieldErrors, field: &str, text: &str) -> Option<Timestamp> {
    errors.keep(
        field,
        parse_rfc3339(&format!("{text}T00:00:00Z")).ok_or("Enter a day, such as 2026-11-23."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use leadbell_domain::{Policy, Role};

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
    fn nobody_narrows_the_log_by_what_he_may_not_see() {
        let search = DeliverySearch {
            campaign: "8807".into(),
            ..DeliverySearch::default()
        };
        for (role, allowed) in [
            (Role::GlobalAdmin, true),
            (Role::BuyerAgent, true),
            (Role::Publisher, false),
            (Role::PublisherAgent, false),
        ] {
            let read = filter(&viewer(role), Verb::View, &search, 0);
            assert_eq!(read.is_ok(), allowed, "{}", role.label());
        }
    }

    #[test]
    fn what_can_not_be_used_is_named_by_its_field() {
        let search = DeliverySearch {
            status: "eaten".into(),
            rule: "big".into(),
            from: "tomorrow".into(),
            within: "ages".into(),
            connection: "x".into(),
            ..DeliverySearch::default()
        };
        let errors = filter(&viewer(Role::GlobalAdmin), Verb::View, &search, 0).unwrap_err();
        let mut fields: Vec<&str> = errors.0.iter().map(|error| error.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["connection", "from", "rule", "status", "within"]);
    }

    #[test]
    fn named_days_count_for_more_than_a_time_span() {
        let both = DeliverySearch {
            within: "hour".into(),
            from: "1970-01-02".into(),
            ..DeliverySearch::default()
        };
        let read = filter(&viewer(Role::Support), Verb::View, &both, 10 * DAY_MS).unwrap();
        assert_eq!((read.from, read.until), (Some(DAY_MS), None));
        let span = DeliverySearch {
            from: String::new(),
            ..both
        };
        let read = filter(&viewer(Role::Support), Verb::View, &span, 10 * DAY_MS).unwrap();
        assert_eq!(read.from, Some(10 * DAY_MS - HOUR_MS));
    }
}
