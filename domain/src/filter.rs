//! The eight filters of a rule and how an event is held against them.
//!
//! Filters are ANDed across fields, values are ORed inside one field; no filter means every event of the trigger in
//! the rule's scope. An event that lacks a field passes no `any_of` of it (there is nothing that could be equal) and
//! every `none_of` (nothing that is excluded); an event without a price passes no price restriction.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Event, Level, Money};

/// Names a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the names are the business's own; `filter_label` shows them"
)]
pub enum FilterKey {
    Method,
    Publisher,
    Channel,
    Source,
    Buyer,
    Campaign,
    Pingtree,
    Price,
}

impl FilterKey {
    /// Every filter, in the order of the form.
    pub const ALL: [FilterKey; 8] = [
        FilterKey::Method,
        FilterKey::Publisher,
        FilterKey::Channel,
        FilterKey::Source,
        FilterKey::Buyer,
        FilterKey::Campaign,
        FilterKey::Pingtree,
        FilterKey::Price,
    ];

    /// The filters that hold a list of values.
    pub const LISTS: [FilterKey; 7] = [
        FilterKey::Method,
        FilterKey::Publisher,
        FilterKey::Channel,
        FilterKey::Source,
        FilterKey::Buyer,
        FilterKey::Campaign,
        FilterKey::Pingtree,
    ];

    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            FilterKey::Method => "method",
            FilterKey::Publisher => "publisher",
            FilterKey::Channel => "channel",
            FilterKey::Source => "source",
            FilterKey::Buyer => "buyer",
            FilterKey::Campaign => "campaign",
            FilterKey::Pingtree => "pingtree",
            FilterKey::Price => "price",
        }
    }

    /// The filter of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<FilterKey> {
        FilterKey::ALL.into_iter().find(|filter| filter.key() == key)
    }
}

/// How a lead came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Server to server.
    Post,
    /// A hosted form.
    Form,
}

impl Method {
    /// Both methods.
    pub const ALL: [Method; 2] = [Method::Post, Method::Form];

    /// The name in data and on pages.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Method::Post => "POST",
            Method::Form => "FORM",
        }
    }

    /// The method of this key, in any case.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Method> {
        Method::ALL
            .into_iter()
            .find(|method| method.key().eq_ignore_ascii_case(key))
    }
}

/// Values to compare one field with; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListFilter {
    /// The field is one of these.
    AnyOf(BTreeSet<String>),
    /// The field is none of these.
    NoneOf(BTreeSet<String>),
}

impl ListFilter {
    /// The values.
    #[must_use]
    pub fn values(&self) -> &BTreeSet<String> {
        match self {
            ListFilter::AnyOf(values) | ListFilter::NoneOf(values) => values,
        }
    }

    /// Whether a field of this value passes.
    #[must_use]
    pub fn accepts(&self, value: Option<&str>) -> bool {
        match (self, value) {
            (ListFilter::AnyOf(values), Some(value)) => values.contains(value),
            (ListFilter::AnyOf(_), None) => false,
            (ListFilter::NoneOf(values), Some(value)) => !values.contains(value),
            (ListFilter::NoneOf(_), None) => true,
        }
    }
}

/// The six price operators of the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "`label` says them in words")]
pub enum PriceOp {
    GtZero,
    Gt,
    Gte,
    Lt,
    Lte,
    Between,
}

impl PriceOp {
    /// Every operator, in the order of the form.
    pub const ALL: [PriceOp; 6] = [
        PriceOp::GtZero,
        PriceOp::Gt,
        PriceOp::Gte,
        PriceOp::Lt,
        PriceOp::Lte,
        PriceOp::Between,
    ];

    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            PriceOp::GtZero => "gt_zero",
            PriceOp::Gt => "gt",
            PriceOp::Gte => "gte",
            PriceOp::Lt => "lt",
            PriceOp::Lte => "lte",
            PriceOp::Between => "between",
        }
    }

    /// The seed's words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            PriceOp::GtZero => "Price is greater than 0",
            PriceOp::Gt => "Price is greater than a certain value",
            PriceOp::Gte => "Price is greater than or equal to a certain value",
            PriceOp::Lt => "Price is lower than a certain value",
            PriceOp::Lte => "Price is lower than or equal to a certain value",
            PriceOp::Between => "Price range inclusive",
        }
    }

    /// The operator of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<PriceOp> {
        PriceOp::ALL.into_iter().find(|op| op.key() == key)
    }

    /// Whether it wants one value ("Price Restriction Value").
    #[must_use]
    pub fn takes_value(self) -> bool {
        matches!(self, PriceOp::Gt | PriceOp::Gte | PriceOp::Lt | PriceOp::Lte)
    }

    /// Whether it wants "Min Price" and "Max Price".
    #[must_use]
    pub fn takes_range(self) -> bool {
        self == PriceOp::Between
    }
}

/// A price restriction with its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the operators of `PriceOp`, each with its values")]
pub enum PriceCondition {
    GtZero,
    Gt { value: Money },
    Gte { value: Money },
    Lt { value: Money },
    Lte { value: Money },
    Between { min: Money, max: Money },
}

impl PriceCondition {
    /// Its operator.
    #[must_use]
    pub fn op(self) -> PriceOp {
        match self {
            PriceCondition::GtZero => PriceOp::GtZero,
            PriceCondition::Gt { .. } => PriceOp::Gt,
            PriceCondition::Gte { .. } => PriceOp::Gte,
            PriceCondition::Lt { .. } => PriceOp::Lt,
            PriceCondition::Lte { .. } => PriceOp::Lte,
            PriceCondition::Between { .. } => PriceOp::Between,
        }
    }

    /// Whether an event of this price passes; one without a price never does.
    #[must_use]
    pub fn accepts(self, price: Option<Money>) -> bool {
        let Some(price) = price else { return false };
        match self {
            PriceCondition::GtZero => price > Money::ZERO,
            PriceCondition::Gt { value } => price > value,
            PriceCondition::Gte { value } => price >= value,
            PriceCondition::Lt { value } => price < value,
            PriceCondition::Lte { value } => price <= value,
            PriceCondition::Between { min, max } => min <= price && price <= max,
        }
    }
}

/// All filters of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filters {
    /// The list filters in use (never [`FilterKey::Price`]).
    #[serde(flatten)]
    pub lists: BTreeMap<FilterKey, ListFilter>,
    /// The price restriction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceCondition>,
}

/// What a rule makes of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Every filter passes.
    Match,
    /// This filter, the first in the form's order, does not.
    Filtered {
        /// Which filter.
        filter: FilterKey,
        /// The event's value; `None` when it has none.
        actual: Option<String>,
    },
}

impl Filters {
    /// Whether every event passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.price.is_none()
    }

    /// Whether the event passes every filter, for a rule of this level.
    #[must_use]
    pub fn accept(&self, event: &Event, level: Level) -> bool {
        self.lists
            .iter()
            .all(|(key, filter)| filter.accepts(event.filter_value(*key)))
            && self.price.is_none_or(|price| price.accepts(event.price(level)))
    }

    /// The same answer with its reason.
    #[must_use]
    pub fn verdict(&self, event: &Event, level: Level) -> Verdict {
        for (key, filter) in &self.lists {
            let actual = event.filter_value(*key);
            if !filter.accepts(actual) {
                return Verdict::Filtered {
                    filter: *key,
                    actual: actual.map(str::to_owned),
                };
            }
        }
        match self.price {
            Some(price) if !price.accepts(event.price(level)) => Verdict::Filtered {
                filter: FilterKey::Price,
                actual: event.price(level).map(Money::display),
            },
            _ => Verdict::Match,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn a_range_includes_both_bounds() {
        let range = PriceCondition::Between {
            min: money("10"),
            max: money("50"),
        };
        for (price, passes) in [
            ("9.9999", false),
            ("10", true),
            ("42.50", true),
            ("50.0000", true),
            ("51", false),
        ] {
            assert_eq!(range.accepts(Some(money(price))), passes, "{price}");
        }
    }

    #[test]
    fn each_operator_treats_its_bound_as_it_says() {
        let at = money("10");
        let cases = [
            (PriceCondition::Gt { value: at }, false, true, false),
            (PriceCondition::Gte { value: at }, true, true, false),
            (PriceCondition::Lt { value: at }, false, false, true),
            (PriceCondition::Lte { value: at }, true, false, true),
        ];
        for (condition, equal, above, below) in cases {
            let found = ["10.00", "10.0001", "9.9999"].map(|price| condition.accepts(Some(money(price))));
            assert_eq!(found, [equal, above, below], "{condition:?}");
        }
        assert!(!PriceCondition::GtZero.accepts(Some(Money::ZERO)));
        assert!(PriceCondition::GtZero.accepts(Some(money("0.0001"))));
    }

    #[test]
    fn a_missing_price_passes_no_restriction() {
        for condition in [PriceCondition::GtZero, PriceCondition::Lt { value: money("10") }] {
            assert!(!condition.accepts(None));
        }
    }

    #[test]
    fn a_missing_field_is_nobody_and_so_passes_none_of_only() {
        let values: BTreeSet<String> = ["1044".to_owned()].into();
        assert!(!ListFilter::AnyOf(values.clone()).accepts(None));
        assert!(ListFilter::NoneOf(values.clone()).accepts(None));
        assert!(ListFilter::AnyOf(values.clone()).accepts(Some("1044")));
        assert!(!ListFilter::NoneOf(values).accepts(Some("1044")));
    }

    #[test]
    fn filters_have_the_contracts_json() {
        let json = r#"{"method":{"any_of":["POST"]},"publisher":{"none_of":["1044"]},"price":{"op":"between","min":"10.00","max":"50.00"}}"#;
        let filters: Filters = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&filters).unwrap(), json);
    }
}
