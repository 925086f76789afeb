//! What of a rule's draft still applies after its trigger was changed.

use leadbell_domain::{FilterKey, FormFields, PriceOp, RuleDraft, Trigger, filter_label};

/// Removes from the draft what the form of its trigger does not offer, and names what went: whoever changes the trigger
/// keeps the rest and is told the loss.
pub(crate) fn fit(draft: &mut RuleDraft, offered: &FormFields) -> Vec<String> {
    let Some(trigger) = Trigger::from_key(&draft.trigger) else {
        return Vec::new();
    };
    let mut dropped = Vec::new();
    draft.filters.retain(|key, filter| {
        let stays = offered.filters.contains(key);
        if !stays && !filter.values.is_empty() {
            dropped.push(filter_label(*key).to_owned());
        }
        stays
    });
    if let Some(op) = PriceOp::from_key(&draft.price.op)
        && !offered.price_ops.contains(&op)
    {
        // Without a price at all the whole field goes; else only this operator.
        dropped.push(if offered.price_ops.is_empty() {
            filter_label(FilterKey::Price).to_owned()
        } else {
            op.label().to_owned()
        });
        draft.price = Default::default();
    }
    // A box of this trigger only, and nothing anybody would miss.
    draft.include_duplicates &= trigger == Trigger::LmsRevenuePingBack;
    dropped
}

/// The sentence for what was dropped; `None` for nothing.
pub(crate) fn dropped_note(dropped: &[String], trigger: Trigger) -> Option<String> {
    let (last, first) = dropped.split_last()?;
    let label = trigger.label();
    Some(if first.is_empty() {
        format!("{last} does not apply to {label} and was removed.")
    } else {
        format!(
            "{} and {last} do not apply to {label} and were removed.",
            first.join(", ")
        )
    })
}

/// The values a filter includes: what other filters follow. One that excludes says nothing about what is wanted.
pub(crate) fn chosen_values(draft: &RuleDraft, key: FilterKey) -> Vec<String> {
    draft
        .filters
        .get(&key)
        .filter(|filter| !filter.exclude)
        .map(|filter| filter.values.clone())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use leadbell_domain::{Level, Policy, Role, form_fields};

    use super::*;
    use leadbell_domain::FilterDraft;

    fn draft(trigger: Trigger) -> RuleDraft {
        let mut draft = RuleDraft {
            trigger: trigger.key().to_owned(),
            text: "Lead {{lead_id}}".to_owned(),
            ..RuleDraft::default()
        };
        for (key, value) in [
            (FilterKey::Method, "POST"),
            (FilterKey::Publisher, "1044"),
            (FilterKey::Buyer, "402"),
        ] {
            draft.filters.insert(
                key,
                FilterDraft {
                    exclude: false,
                    values: vec![value.to_owned()],
                },
            );
        }
        draft.price.op = "between".to_owned();
        draft.price.min = "10".to_owned();
        draft.price.max = "50".to_owned();
        draft
    }

    /// What the form of an administrator's product rule drops.
    fn dropped(draft: &mut RuleDraft) -> Vec<String> {
        let trigger = Trigger::from_key(&draft.trigger).unwrap();
        let offered = form_fields(Role::GlobalAdmin, Policy::default(), Level::Product, trigger);
        fit(draft, &offered)
    }

    #[test]
    fn a_trigger_that_offers_everything_drops_nothing() {
        let mut same = draft(Trigger::LmsLeadSold);
        assert!(dropped(&mut same).is_empty());
        assert_eq!(same, draft(Trigger::LmsLeadSold));
    }

    #[test]
    fn what_another_trigger_does_not_offer_goes_and_is_named() {
        let mut rejected = draft(Trigger::ClLeadRejected);
        let gone = dropped(&mut rejected);
        assert_eq!(gone, ["Method", "Buyer", "Price Restrictions"]);
        assert_eq!(rejected.filters.len(), 1);
        assert_eq!(rejected.text, "Lead {{lead_id}}");
        assert_eq!(
            dropped_note(&gone, Trigger::ClLeadRejected).unwrap(),
            "Method, Buyer and Price Restrictions do not apply to [Call Logic] Lead Rejected and were removed."
        );
    }

    #[test]
    fn only_the_range_goes_where_a_price_is_still_offered() {
        let mut ping_back = draft(Trigger::LmsRevenuePingBack);
        let gone = dropped(&mut ping_back);
        assert_eq!(gone, ["Price range inclusive"]);
        assert!(ping_back.price.op.is_empty());
    }

    #[test]
    fn an_empty_filter_goes_without_a_word() {
        let mut rejected = draft(Trigger::LmsLeadRejected);
        rejected.filters.insert(FilterKey::Buyer, FilterDraft::default());
        rejected.price = Default::default();
        assert!(dropped(&mut rejected).is_empty());
    }

    #[test]
    fn other_filters_follow_what_is_included_only() {
        let mut draft = draft(Trigger::LmsLeadSold);
        assert_eq!(chosen_values(&draft, FilterKey::Publisher), ["1044"]);
        if let Some(filter) = draft.filters.get_mut(&FilterKey::Publisher) {
            filter.exclude = true;
        }
        assert!(chosen_values(&draft, FilterKey::Publisher).is_empty());
    }
}
