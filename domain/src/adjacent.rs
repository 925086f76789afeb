//! Adjacent rules: which rules can fire for one and the same event.
//!
//! Two rules are adjacent unless it is proven that no event makes both fire. A scope acts like an "is any of" filter. A
//! field that an event lacks passes "is none of" and fails "is any of", so two "is none of" never exclude each other.
//! Prices are compared only where both rules mean the same amount. Test leads and repeated ping backs only ever add
//! events, so they prove nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    EntityId, FilterKey, Level, ListFilter, Money, PriceCondition, PriceMeaning, Rule, filter_line,
    price_line,
};

/// Where an entity belongs, as far as the catalog knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The product of a campaign or channel.
    pub product: Option<EntityId>,
    /// The publisher of a channel or source.
    pub publisher: Option<EntityId>,
    /// The buyer of a campaign.
    pub buyer: Option<EntityId>,
}

/// What is known of the entities that filters name. What is not in it may belong anywhere.
pub type Owners = BTreeMap<(FilterKey, String), Owner>;

/// The events that make two rules fire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedEvents {
    /// They are of this product, when one of the rules lives on one.
    pub product: Option<EntityId>,
    /// What they hold in each field that a scope or a filter speaks of.
    pub lists: BTreeMap<FilterKey, ListFilter>,
    /// The price restrictions of both, with what each means by price.
    pub prices: Vec<(PriceMeaning, PriceCondition)>,
}

impl SharedEvents {
    /// The conditions in words, a line each; `name` as for [`crate::filter_lines`]. Empty when every event of the
    /// trigger in the product makes both fire.
    pub fn lines(&self, name: impl Fn(FilterKey, &str) -> Option<String>) -> Vec<String> {
        let lists = self
            .lists
            .iter()
            .map(|(key, list)| filter_line(*key, list, &name));
        let mut lines: Vec<String> = lists.collect();
        for (meaning, price) in &self.prices {
            let line = price_line(*price);
            lines.push(match meaning {
                PriceMeaning::PublisherEarning if self.prices.len() > 1 => {
                    line.replacen("Price", "The publisher's earning", 1)
                }
                _ => line,
            });
        }
        lines
    }
}

/// What one field of a shared event may hold.
#[derive(Default)]
struct Field<'a> {
    allowed: Option<BTreeSet<&'a str>>,
    excluded: BTreeSet<&'a str>,
}

impl<'a> Field<'a> {
    fn only(&mut self, values: impl Iterator<Item = &'a str>) {
        self.allowed = Some(match self.allowed.take() {
            None => values.collect(),
            Some(before) => values.filter(|value| before.contains(value)).collect(),
        });
    }

    fn add(&mut self, filter: &'a ListFilter) {
        let values = filter.values().iter().map(String::as_str);
        match filter {
            ListFilter::AnyOf(_) => self.only(values),
            ListFilter::NoneOf(_) => self.excluded.extend(values),
        }
    }

    /// Whether nothing is left that the field could hold.
    fn settle(&mut self) -> bool {
        if let Some(allowed) = &mut self.allowed {
            allowed.retain(|value| !self.excluded.contains(value));
            return allowed.is_empty();
        }
        false
    }

    fn filter(&self) -> ListFilter {
        let own = |values: &BTreeSet<&str>| values.iter().map(|value| (*value).to_owned()).collect();
        match &self.allowed {
            Some(allowed) => ListFilter::AnyOf(own(allowed)),
            None => ListFilter::NoneOf(own(&self.excluded)),
        }
    }
}

/// The fields of an event that both rules speak of.
#[derive(Default)]
struct Fields<'a> {
    product: Option<&'a EntityId>,
    lists: BTreeMap<FilterKey, Field<'a>>,
}

impl<'a> Fields<'a> {
    /// Adds what a rule asks of an event; `false` when nothing can be left.
    fn add(&mut self, rule: &'a Rule) -> bool {
        match rule.level {
            Level::Product => {
                if self.product.is_some_and(|product| *product != rule.entity) {
                    return false;
                }
                self.product = Some(&rule.entity);
            }
            Level::Campaign => self.scope(FilterKey::Campaign, &rule.entity),
            Level::Publisher => self.scope(FilterKey::Publisher, &rule.entity),
        }
        for (key, filter) in &rule.filters.lists {
            self.lists.entry(*key).or_default().add(filter);
        }
        true
    }

    fn scope(&mut self, key: FilterKey, entity: &'a EntityId) {
        self.lists
            .entry(key)
            .or_default()
            .only(std::iter::once(entity.as_str()));
    }

    fn allowed(&self, key: FilterKey) -> Option<&BTreeSet<&'a str>> {
        self.lists.get(&key)?.allowed.as_ref()
    }

    /// Leaves out what is known to belong elsewhere. Only against a demand that is there: an event that names a channel
    /// may come without its publisher, and passes every "is none of" of it then.
    fn narrow(&mut self, owners: &Owners) {
        for key in [FilterKey::Channel, FilterKey::Source, FilterKey::Campaign] {
            let Some(allowed) = self.allowed(key) else {
                continue;
            };
            let fits = |value: &&str| {
                let Some(owner) = owners.get(&(key, (*value).to_owned())) else {
                    return true;
                };
                let one_of = |key: FilterKey, id: &Option<EntityId>| match (self.allowed(key), id) {
                    (Some(allowed), Some(id)) => allowed.contains(id.as_str()),
                    _ => true,
                };
                let in_product = match (self.product, &owner.product) {
                    (Some(product), Some(own)) => product == own,
                    _ => true,
                };
                in_product
                    && one_of(FilterKey::Publisher, &owner.publisher)
                    && one_of(FilterKey::Buyer, &owner.buyer)
            };
            let kept: BTreeSet<&str> = allowed.iter().copied().filter(fits).collect();
            if let Some(field) = self.lists.get_mut(&key) {
                field.allowed = Some(kept);
            }
        }
    }
}

/// The events that make both fire; `None` when it is proven that there are none. Whether the rules are active is not
/// asked.
#[must_use]
pub fn shared_events(a: &Rule, b: &Rule, owners: &Owners) -> Option<SharedEvents> {
    let fields = shared_fields(a, b, owners)?;
    let prices = [a, b]
        .into_iter()
        .filter_map(|rule| Some((rule.trigger.price_meaning(rule.level), rule.filters.price?)));
    let mut distinct: Vec<(PriceMeaning, PriceCondition)> = Vec::new();
    for price in prices {
        if !distinct.contains(&price) {
            distinct.push(price);
        }
    }
    Some(SharedEvents {
        product: fields.product.cloned(),
        lists: fields
            .lists
            .iter()
            .map(|(key, field)| (*key, field.filter()))
            .collect(),
        prices: distinct,
    })
}

/// Whether one event can make both fire.
#[must_use]
pub fn can_both_fire(a: &Rule, b: &Rule, owners: &Owners) -> bool {
    shared_fields(a, b, owners).is_some()
}

/// Whether both would post the same text to the same channel or member, whichever token each uses.
#[must_use]
pub fn post_the_same(a: &Rule, b: &Rule) -> bool {
    a.action.target == b.action.target && a.action.template.text().trim() == b.action.template.text().trim()
}

fn shared_fields<'a>(a: &'a Rule, b: &'a Rule, owners: &Owners) -> Option<Fields<'a>> {
    if a.trigger != b.trigger || !prices_meet(a, b) {
        return None;
    }
    let mut fields = Fields::default();
    if !fields.add(a) || !fields.add(b) {
        return None;
    }
    if !owners.is_empty() {
        fields.narrow(owners);
    }
    let empty = fields.lists.values_mut().any(Field::settle);
    (!empty).then_some(fields)
}

/// The prices that a restriction lets pass, as bounds with whether each is included.
struct Interval {
    low: Option<(Money, bool)>,
    high: Option<(Money, bool)>,
}

impl Interval {
    fn of(price: PriceCondition) -> Interval {
        let (low, high) = match price {
            PriceCondition::GtZero => (Some((Money::ZERO, false)), None),
            PriceCondition::Gt { value } => (Some((value, false)), None),
            PriceCondition::Gte { value } => (Some((value, true)), None),
            PriceCondition::Lt { value } => (None, Some((value, false))),
            PriceCondition::Lte { value } => (None, Some((value, true))),
            PriceCondition::Between { min, max } => (Some((min, true)), Some((max, true))),
        };
        Interval { low, high }
    }

    /// Whether this one ends before the other begins.
    fn ends_before(&self, other: &Interval) -> bool {
        match (self.high, other.low) {
            (Some((high, high_in)), Some((low, low_in))) => {
                high < low || (high == low && !(high_in && low_in))
            }
            _ => false,
        }
    }
}

fn prices_meet(a: &Rule, b: &Rule) -> bool {
    let meaning = |rule: &Rule| rule.trigger.price_meaning(rule.level);
    let never = |rule: &Rule| {
        rule.filters.price.is_some_and(|price| {
            let own = Interval::of(price);
            meaning(rule) == PriceMeaning::None || own.ends_before(&own)
        })
    };
    if never(a) || never(b) {
        return false;
    }
    let (Some(first), Some(second)) = (a.filters.price, b.filters.price) else {
        return true;
    };
    if meaning(a) != meaning(b) {
        return true;
    }
    let (first, second) = (Interval::of(first), Interval::of(second));
    !first.ends_before(&second) && !second.ends_before(&first)
}

#[cfg(test)]
mod tests;
