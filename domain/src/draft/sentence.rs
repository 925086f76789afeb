//! An unfinished rule in words.

use super::RuleDraft;
use crate::sentence::NameOf;
use crate::{
    FieldErrors, Filters, Level, ListFilter, PriceOp, Sentence, Target, Trigger, parse_channel_id,
    parse_member_id,
};

impl RuleDraft {
    /// The rule in one sentence as far as it is written; what is missing or wrong is left out.
    #[must_use]
    pub fn sentence(&self, trigger: Trigger, level: Level, entity: &str, name: NameOf<'_>) -> String {
        let lists = self.filters.iter().filter_map(|(key, draft)| {
            let values = draft.values.iter().map(|value| value.trim().to_owned());
            let values: std::collections::BTreeSet<String> =
                values.filter(|value| !value.is_empty()).collect();
            let filter = if draft.exclude {
                ListFilter::NoneOf(values)
            } else {
                ListFilter::AnyOf(values)
            };
            (!filter.values().is_empty()).then_some((*key, filter))
        });
        let filters = Filters {
            lists: lists.collect(),
            price: self.price.parse(&PriceOp::ALL, &mut FieldErrors::new()),
        };
        let target = match self.target.as_str() {
            "member" => parse_member_id(&self.member_id).ok().map(Target::Member),
            _ => parse_channel_id(&self.channel_id).ok().map(Target::Channel),
        };
        Sentence {
            trigger,
            level,
            entity,
            filters: &filters,
            test_leads: self.include_test,
            duplicates: self.include_duplicates,
            target: target.as_ref(),
        }
        .write(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FilterDraft, FilterKey};

    #[test]
    fn a_rule_is_summed_up_while_it_is_being_written() {
        let mut draft = RuleDraft::default();
        let mut told = |change: &dyn Fn(&mut RuleDraft)| {
            change(&mut draft);
            draft.sentence(Trigger::LmsLeadSold, Level::Product, "Debt Relief", &|_, id| {
                (id == "1044").then(|| "Blue Traffic".to_owned())
            })
        };
        let begin = "When a lead of Debt Relief is sold";
        assert_eq!(told(&|_| {}), format!("{begin}, post to …"));
        let filter = |values: &[&str]| FilterDraft {
            exclude: false,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        assert_eq!(
            told(&|draft| {
                draft.filters.insert(FilterKey::Publisher, filter(&["1044"]));
                draft.filters.insert(FilterKey::Buyer, filter(&[" "]));
                draft.price.op = "between".to_owned();
                draft.price.min = "10".to_owned();
                draft.channel_id = "not an id".to_owned();
            }),
            format!("{begin} by Blue Traffic, post to …")
        );
        assert_eq!(
            told(&|draft| {
                draft.price.max = "50".to_owned();
                draft.channel_id = "C0SALES01".to_owned();
            }),
            format!("{begin} by Blue Traffic for 10–50, post to C0SALES01.")
        );
    }
}
