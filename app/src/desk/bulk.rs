//! `POST …/tracking/bulk`: the same done to many rules, with the way back in the notice.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use leadbell_domain::{EntityKind, Level, RuleId, RuleStatus};

use super::Visit;
use super::rule_place::{RulePlace, place_of};
use crate::address;
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::views::ManyDeed;

/// The addresses, of a publisher's own profile too.
pub(super) fn router() -> Router<Pages> {
    let own = Router::new().route("/profile/tracking/bulk", post(bulk));
    Level::ALL.into_iter().fold(own, |router, level| {
        let list = address::list(EntityKind::from(level));
        router.route(&format!("{list}/{{id}}/tracking/bulk"), post(bulk))
    })
}

async fn bulk(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(read) => read,
        Err(elsewhere) => return *elsewhere,
    };
    let Some(place) = place_of(&visit, "bulk") else {
        return visit.trouble(AppError::NotFound).await;
    };
    // An id that is none is nobody's rule.
    let Ok(rules) = form
        .all("rule")
        .into_iter()
        .map(RuleId::new)
        .collect::<Result<Vec<RuleId>, _>>()
    else {
        return visit.trouble(AppError::NotFound).await;
    };
    let list = place.place.tracking();
    let what = visit.query("do");
    let what = form.first("do").unwrap_or(&what).to_owned();
    if what == "undo" {
        return undo(visit, &place).await;
    }
    if rules.is_empty() {
        // Whose rules these are not is told that, and not what he forgot.
        return match visit.backend.entity(place.level, &place.entity).await {
            Ok(view) if view.can_manage => visit.done("Select at least one rule first.", &list).await,
            Ok(_) => visit.trouble(AppError::Forbidden).await,
            Err(error) => visit.trouble(error).await,
        };
    }
    let (deed, done) = match what.as_str() {
        "enable" => (ManyDeed::Switch(RuleStatus::Active), "enabled"),
        "disable" => (ManyDeed::Switch(RuleStatus::Disabled), "disabled"),
        "delete" => (ManyDeed::Delete, "deleted"),
        "copy" => {
            let ids: Vec<(&str, &str)> = rules.iter().map(|id| ("rule", id.as_str())).collect();
            return visit.go(&with_query(&format!("{list}/copy"), &ids));
        }
        _ => {
            let error = AppError::Request("This address takes enable, disable, delete or copy.".to_owned());
            return visit.trouble(error).await;
        }
    };
    let changed = visit
        .backend
        .change_rules(place.level, &place.entity, &rules, deed)
        .await;
    match changed {
        Ok(changed) => {
            let notice = said(changed.len(), rules.len() - changed.len().min(rules.len()), done);
            if changed.is_empty() {
                return visit.done(&notice, &list).await;
            }
            let undo = with_query(
                &format!("{list}/bulk"),
                &[("do", "undo"), ("changed", &changes(&changed))],
            );
            visit.done_with_undo(&notice, &undo, &list).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

/// "3 rules are disabled; 1 was already."
fn said(changed: usize, same: usize, done: &str) -> String {
    let rules = |count: usize| match count {
        1 => "1 rule is".to_owned(),
        many => format!("{many} rules are"),
    };
    match (changed, same) {
        (0, 1) => format!("The rule was {done} already."),
        (0, _) => format!("These rules were {done} already."),
        (_, 0) => format!("{} {done}.", rules(changed)),
        (_, 1) => format!("{} {done}; 1 was already.", rules(changed)),
        (_, many) => format!("{} {done}; {many} were already.", rules(changed)),
    }
}

async fn undo(visit: Visit, place: &RulePlace) -> Response {
    let changed = parse_changes(&visit.query("changed"));
    let list = place.place.tracking();
    let Some(changed) = changed.filter(|changed| !changed.is_empty()) else {
        return visit.trouble(AppError::NotFound).await;
    };
    let undone = visit
        .backend
        .undo_rules(place.level, &place.entity, &changed)
        .await;
    match undone {
        Ok(1) => visit.done("1 rule is as it was before.", &list).await,
        Ok(many) => {
            visit
                .done(&format!("{many} rules are as they were before."), &list)
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

/// The changes that an undo takes back, as an address holds them: `id.version,id.version`.
fn changes(changed: &[(RuleId, i64)]) -> String {
    let texts: Vec<String> = changed
        .iter()
        .map(|(id, version)| format!("{id}.{version}"))
        .collect();
    texts.join(",")
}

fn parse_changes(text: &str) -> Option<Vec<(RuleId, i64)>> {
    text.split(',')
        .map(|part| {
            let (id, version) = part.split_once('.')?;
            Some((RuleId::new(id).ok()?, version.parse().ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_counts_what_changed_and_what_stood_there_already() {
        assert_eq!(said(3, 1, "disabled"), "3 rules are disabled; 1 was already.");
        assert_eq!(said(1, 0, "deleted"), "1 rule is deleted.");
        assert_eq!(said(0, 2, "enabled"), "These rules were enabled already.");
    }

    #[test]
    fn changes_survive_the_address() {
        let id = RuleId::new("0193a5b0-7c1e-7d3a-9b1c-2f4e5a6b7c8d").unwrap();
        let changed = vec![(id.clone(), 3), (id, 12)];
        assert_eq!(parse_changes(&changes(&changed)), Some(changed));
        assert_eq!(parse_changes("nonsense"), None);
    }
}
