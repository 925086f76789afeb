//! Refusals that the audit log keeps: requests that no page of ours offers to whoever made them. Ordinary mistakes of
//! somebody who fills in his own form are none of its business.

use leadbell_domain::{
    AuditAction, DraftContext, Entity, EntityId, FieldErrors, FilterKey, Level, RuleDraft, RuleId, Trigger,
    Viewer, form_fields,
};
use leadbell_store::Actor;

use crate::actor::Caller;
use crate::audit::{self, Line};
use crate::judging;
use crate::state::AppState;

/// Whether the form of any trigger here has this filter for whoever writes.
fn ever_offered(filter: FilterKey, context: &DraftContext<'_>) -> bool {
    Trigger::of_level(context.level, context.platform).any(|trigger| {
        form_fields(context.role, context.policy, context.level, trigger)
            .filters
            .contains(&filter)
    })
}

/// The fields that were complained about and that no form would have sent so: a filter the role may not use, a trigger
/// of another level or platform, somebody else's id, preset or connection.
pub fn forged(errors: &FieldErrors, draft: &RuleDraft, context: &DraftContext<'_>) -> Vec<String> {
    // What reads well by itself was refused because of whom its ids belong to.
    let reads_well = draft.parse(context).is_ok();
    let mut fields: Vec<String> = Vec::new();
    for error in &errors.0 {
        let is_forged = match error.field.as_str() {
            "trigger" => Trigger::from_text(&draft.trigger).is_some(),
            "preset_id" => reads_well || context.level != Level::Product,
            "action.connection_id" => reads_well,
            "action.personal_data" => draft.personal_data == "shown",
            other => other
                .strip_prefix("filters.")
                .and_then(FilterKey::from_key)
                .is_some_and(|filter| reads_well || !ever_offered(filter, context)),
        };
        if is_forged && !fields.contains(&error.field) {
            fields.push(error.field.clone());
        }
    }
    fields
}

/// Keeps the refusal of a draft, if it was forged: the names of its fields, not what was in them.
pub async fn draft(
    state: &AppState,
    caller: &Caller,
    level: Level,
    entity: &Entity,
    draft: &RuleDraft,
    errors: &FieldErrors,
) {
    let fields = forged(errors, draft, &judging::context(caller, level, entity));
    if fields.is_empty() {
        return;
    }
    let platform = Trigger::from_text(&draft.trigger).map(Trigger::platform);
    let label = format!("{} {}", level.label(), entity.name);
    let line = Line::of(AuditAction::RequestRefused, "entity", None, &label)
        .at(level, &entity.id)
        .platform(entity.platform.or(platform))
        .detail(format!("Fields: {}", fields.join(", ")));
    audit::record(&*state.store, &caller.actor, state.clock.now_ms(), line).await;
}

/// Keeps that a person wanted to change a rule, or rules of an entity, that are not his or not there. Both are answered
/// alike, and take as long. An API key reaches everything, so for it this is an ordinary mistake.
pub async fn target(
    state: &AppState,
    viewer: &Viewer,
    field: &str,
    place: Option<(Level, &EntityId)>,
    rule: Option<&RuleId>,
) {
    let Some(id) = &viewer.user else {
        return;
    };
    let name = match state.store.find_user(id).await {
        Ok(Some(user)) => user.name,
        Ok(None) => return,
        Err(error) => {
            tracing::error!(%error, "who was refused can't be read");
            return;
        }
    };
    let label = match (place, rule) {
        (Some((level, entity)), _) => format!("{} {entity}", level.label()),
        (None, Some(rule)) => format!("Rule {rule}"),
        (None, None) => String::new(),
    };
    let mut line = Line::of(AuditAction::RequestRefused, field, None, &label)
        .detail(format!("Fields: {field}. Not theirs to change, or not there."));
    if let Some((level, entity)) = place {
        line = line.at(level, entity);
    }
    let actor = Actor::Person { id: id.clone(), name };
    audit::record(&*state.store, &actor, state.clock.now_ms(), line).await;
}

#[cfg(test)]
mod tests {
    use leadbell_domain::{FilterDraft, Platform, Policy, Role};

    use super::*;

    /// A draft in which nothing is wrong by itself.
    fn good(trigger: &str) -> RuleDraft {
        RuleDraft {
            trigger: trigger.to_owned(),
            connection_id: "01931c3e-7b1a-7c3e-8a55-0242ac120002".to_owned(),
            target: "channel".to_owned(),
            channel_id: "C0SALES01".to_owned(),
            text: "x".to_owned(),
            ..RuleDraft::default()
        }
    }

    fn with(mut draft: RuleDraft, filter: FilterKey) -> RuleDraft {
        let values = FilterDraft {
            exclude: false,
            values: vec!["9".to_owned()],
        };
        draft.filters.insert(filter, values);
        draft
    }

    /// The forged fields of what the draft's own reading complains about.
    fn read(draft: &RuleDraft, level: Level, role: Role) -> Vec<String> {
        let entity = EntityId::new("218").unwrap();
        let context = DraftContext {
            role,
            policy: Policy::default(),
            level,
            entity: &entity,
            platform: (level != Level::Publisher).then_some(Platform::Lms),
            may_show_personal_data: false,
        };
        let errors = draft.parse(&context).err().unwrap_or_default();
        assert!(!errors.is_empty(), "nothing is wrong");
        forged(&errors, draft, &context)
    }

    #[test]
    fn a_filter_that_the_role_or_level_never_has_is_forged() {
        let sold = good("lms.lead_sold");
        for filter in [
            FilterKey::Buyer,
            FilterKey::Campaign,
            FilterKey::Pingtree,
            FilterKey::Publisher,
        ] {
            let draft = with(sold.clone(), filter);
            let field = format!("filters.{}", filter.key());
            assert_eq!(read(&draft, Level::Publisher, Role::Publisher), [field]);
        }
        let draft = with(good("lms.campaign_sold"), FilterKey::Publisher);
        assert_eq!(
            read(&draft, Level::Campaign, Role::BuyerAgent),
            ["filters.publisher"]
        );
    }

    #[test]
    fn a_filter_left_from_another_trigger_is_an_ordinary_mistake() {
        let draft = with(good("lms.lead_rejected"), FilterKey::Buyer);
        assert!(read(&draft, Level::Product, Role::GlobalAdmin).is_empty());
    }

    #[test]
    fn a_trigger_of_another_level_or_platform_is_forged_and_no_trigger_is_not() {
        for (trigger, level, expected) in [
            ("lms.campaign_sold", Level::Publisher, vec!["trigger"]),
            ("lms.lead_sold", Level::Campaign, vec!["trigger"]),
            ("cl.lead_sold", Level::Product, vec!["trigger"]),
            ("", Level::Product, vec![]),
            ("lms.lead_eaten", Level::Product, vec![]),
        ] {
            assert_eq!(
                read(&good(trigger), level, Role::GlobalAdmin),
                expected,
                "{trigger}"
            );
        }
    }

    #[test]
    fn typing_mistakes_are_nobodys_business() {
        let mut draft = good("lms.lead_sold");
        draft.text = "{{nonsense}}".to_owned();
        draft.channel_id = "sales".to_owned();
        draft.price.op = "gt".to_owned();
        draft.price.value = "ten".to_owned();
        draft.connection_id = String::new();
        assert!(read(&draft, Level::Product, Role::GlobalAdmin).is_empty());
    }

    #[test]
    fn personal_data_and_presets_where_no_form_has_them_are_forged() {
        let mut draft = good("lms.lead_sold");
        draft.personal_data = "shown".to_owned();
        draft.preset_id = "01931c3e-7b1a-7c3e-8a55-0242ac120002".to_owned();
        assert_eq!(
            read(&draft, Level::Publisher, Role::PublisherAgent),
            ["preset_id", "action.personal_data"]
        );
    }

    #[test]
    fn what_reads_well_and_is_refused_named_somebody_elses() {
        let entity = EntityId::new("1044").unwrap();
        let context = DraftContext {
            role: Role::Publisher,
            policy: Policy::default(),
            level: Level::Publisher,
            entity: &entity,
            platform: None,
            may_show_personal_data: false,
        };
        let draft = with(good("lms.lead_sold"), FilterKey::Channel);
        for field in ["filters.channel", "trigger", "action.connection_id", "preset_id"] {
            let errors = FieldErrors::one(field, "refused");
            assert_eq!(forged(&errors, &draft, &context), [field]);
        }
        // Slack's own no is none of ours.
        let errors = FieldErrors::one("action.auth_token", "refused");
        assert!(forged(&errors, &draft, &context).is_empty());
    }
}
