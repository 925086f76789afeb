//! A rule in one sentence: "When a lead of Debt Relief is sold by Blue Traffic for 10–50, post to C0SALES01."
//!
//! Made while the rule is still being written, too: what is not chosen yet is left out.

use crate::{
    FilterKey, Filters, Level, ListFilter, Money, Platform, PriceCondition, PriceMeaning, Rule, Target,
    Trigger,
};

/// Values named before the rest is counted.
const NAMED: usize = 3;

/// Gives an entity's name; where there is none, its id stands.
pub type NameOf<'a> = &'a dyn Fn(FilterKey, &str) -> Option<String>;

/// What a sentence says of a rule.
#[derive(Clone, Copy, Debug)]
pub struct Sentence<'a> {
    /// The trigger.
    pub trigger: Trigger,
    /// Where the rule lives.
    pub level: Level,
    /// The name of its product, campaign or publisher.
    pub entity: &'a str,
    /// Which events.
    pub filters: &'a Filters,
    /// Whether test leads count.
    pub test_leads: bool,
    /// Whether repeated ping backs count.
    pub duplicates: bool,
    /// Where to; `None` while nobody has said.
    pub target: Option<&'a Target>,
}

impl<'a> Sentence<'a> {
    /// Of a finished rule that lives on the entity of this name.
    #[must_use]
    pub fn of(rule: &'a Rule, entity: &'a str) -> Self {
        Self {
            trigger: rule.trigger,
            level: rule.level,
            entity,
            filters: &rule.filters,
            test_leads: rule.includes_test_leads,
            duplicates: rule.includes_duplicates,
            target: Some(&rule.action.target),
        }
    }

    /// The sentence.
    #[must_use]
    pub fn write(&self, name: NameOf<'_>) -> String {
        let (happens, told) = self.happens(name);
        let mut text = format!("When {happens}");
        let mut between = " ";
        for key in [
            FilterKey::Publisher,
            FilterKey::Channel,
            FilterKey::Source,
            FilterKey::Method,
            FilterKey::Buyer,
            FilterKey::Campaign,
            FilterKey::Pingtree,
        ] {
            if Some(key) != told
                && let Some(filter) = self.filters.lists.get(&key)
            {
                text.push_str(between);
                text.push_str(&self.condition(key, filter, name));
                between = ", ";
            }
        }
        if self.lead_rejected() {
            text.push_str(" is rejected");
        }
        if let Some(price) = self.filters.price {
            text.push_str(self.price_words());
            text.push_str(&amounts(price));
        }
        text.push_str(match (self.test_leads, self.duplicates) {
            (true, true) => " (test leads and repeats too)",
            (true, false) => " (test leads too)",
            (false, true) => " (repeats too)",
            (false, false) => "",
        });
        match self.target {
            Some(Target::Channel(id)) => text.push_str(&format!(", post to {id}.")),
            Some(Target::Member(id)) => text.push_str(&format!(", write to {id}.")),
            None => text.push_str(", post to …"),
        }
        text
    }

    fn thing(&self) -> &'static str {
        match self.trigger.platform() {
            Platform::Lms => "lead",
            Platform::CallLogic => "call",
        }
    }

    fn lead_sold(&self) -> bool {
        matches!(self.trigger, Trigger::LmsLeadSold | Trigger::ClLeadSold)
    }

    fn lead_rejected(&self) -> bool {
        matches!(self.trigger, Trigger::LmsLeadRejected | Trigger::ClLeadRejected)
    }

    /// What happens, and the filter that is told by it already.
    fn happens(&self, name: NameOf<'_>) -> (String, Option<FilterKey>) {
        use Trigger as T;
        let (thing, entity) = (self.thing(), self.entity);
        // Who acts is whose rule it is, or whom a filter names, or anybody.
        let acts = |level: Level, key: FilterKey, anybody: &str, verb: &str| {
            if self.level == level {
                return (format!("{entity} {verb} a {thing}"), None);
            }
            let who = match self.filters.lists.get(&key) {
                Some(filter @ ListFilter::AnyOf(_)) => listed(key, filter, name),
                Some(filter @ ListFilter::NoneOf(_)) => {
                    format!("{anybody} other than {}", listed(key, filter, name))
                }
                None => anybody.to_owned(),
            };
            (format!("{who} {verb} a {thing} of {entity}"), Some(key))
        };
        let campaign = |verb| acts(Level::Campaign, FilterKey::Campaign, "a campaign", verb);
        match self.trigger {
            T::LmsLeadSold | T::ClLeadSold => (format!("a {thing} of {entity} is sold"), None),
            // That it is rejected is said after where it came from.
            T::LmsLeadRejected | T::ClLeadRejected => (format!("a {thing} of {entity}"), None),
            T::LmsCampaignRejected | T::ClCampaignRejected => campaign("rejects"),
            T::LmsCampaignSold | T::ClCampaignSold => campaign("buys"),
            T::ClCampaignAccepted => campaign("agrees to take"),
            T::LmsPublisherEarningReceived | T::ClPublisherEarningReceived => acts(
                Level::Publisher,
                FilterKey::Publisher,
                "a publisher",
                "is credited for",
            ),
            T::LmsRevenuePingBack if self.level == Level::Campaign => {
                (format!("a revenue ping back of {entity} arrives"), None)
            }
            T::LmsRevenuePingBack => (
                format!("a revenue ping back arrives for a lead of {entity}"),
                None,
            ),
            T::ClBuyerResponse if self.level == Level::Campaign => {
                (format!("the buyer of {entity} answers a call"), None)
            }
            T::ClBuyerResponse => acts(Level::Campaign, FilterKey::Buyer, "a buyer", "answers"),
        }
    }

    fn condition(&self, key: FilterKey, filter: &ListFilter, name: NameOf<'_>) -> String {
        let words = match key {
            FilterKey::Publisher if self.lead_sold() => "by",
            FilterKey::Publisher => "from",
            FilterKey::Channel => "through",
            FilterKey::Source => "from source",
            FilterKey::Method => "sent by",
            FilterKey::Buyer if self.lead_sold() => "to buyer",
            FilterKey::Campaign if self.lead_sold() => "to campaign",
            FilterKey::Buyer => "with buyer",
            FilterKey::Campaign => "with campaign",
            FilterKey::Pingtree => "in pingtree",
            FilterKey::Price => "",
        };
        let not = if matches!(filter, ListFilter::NoneOf(_)) {
            "not "
        } else {
            ""
        };
        format!("{not}{words} {}", listed(key, filter, name))
    }

    /// What leads to the amount.
    fn price_words(&self) -> &'static str {
        match self.trigger.price_meaning(self.level) {
            PriceMeaning::PublisherEarning => " with an earning of ",
            PriceMeaning::PingbackAmount => " with an amount of ",
            _ if self.trigger.has_price_range() => " for ",
            _ => " at a price of ",
        }
    }
}

/// "A, B or C", "A, B, C or 2 more".
fn listed(key: FilterKey, filter: &ListFilter, name: NameOf<'_>) -> String {
    let values = filter.values();
    let mut words: Vec<String> = values
        .iter()
        .take(NAMED)
        .map(|id| name(key, id).unwrap_or_else(|| id.clone()))
        .collect();
    if values.len() > NAMED {
        words.push(format!("{} more", values.len() - NAMED));
    }
    match words.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => words.concat(),
    }
}

fn amounts(price: PriceCondition) -> String {
    match price {
        PriceCondition::GtZero => "more than 0".to_owned(),
        PriceCondition::Gt { value } => format!("more than {}", amount(value)),
        PriceCondition::Gte { value } => format!("at least {}", amount(value)),
        PriceCondition::Lt { value } => format!("less than {}", amount(value)),
        PriceCondition::Lte { value } => format!("at most {}", amount(value)),
        PriceCondition::Between { min, max } if min == max => format!("exactly {}", amount(min)),
        PriceCondition::Between { min, max } => format!("{}–{}", amount(min), amount(max)),
    }
}

/// Whole amounts without their zeros: people say 10, not 10.00.
fn amount(value: Money) -> String {
    let text = value.display();
    match text.strip_suffix(".00") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests;
