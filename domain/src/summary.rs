//! A rule's settings in words, for lists and for people who did not write it.

use crate::{FilterKey, Filters, ListFilter, PriceCondition, filter_label};

/// Values named in full before the rest is counted.
const NAMED: usize = 3;

/// One line per filter, such as "Publisher is Blue Traffic" or "Price 10.00 – 50.00". `name` gives an entity's name;
/// where there is none, its id stands. Empty when every event passes.
pub fn filter_lines(filters: &Filters, name: impl Fn(FilterKey, &str) -> Option<String>) -> Vec<String> {
    let mut lines: Vec<String> = filters
        .lists
        .iter()
        .map(|(key, filter)| filter_line(*key, filter, &name))
        .collect();
    lines.extend(filters.price.map(price_line));
    lines
}

/// One list filter in words.
pub(crate) fn filter_line(
    key: FilterKey,
    filter: &ListFilter,
    name: &impl Fn(FilterKey, &str) -> Option<String>,
) -> String {
    let values = filter.values();
    let mut named: Vec<String> = values
        .iter()
        .take(NAMED)
        .map(|id| name(key, id).unwrap_or_else(|| id.clone()))
        .collect();
    if values.len() > NAMED {
        named.push(format!("{} more", values.len() - NAMED));
    }
    let verb = match (filter, values.len()) {
        (ListFilter::AnyOf(_), 1) => "is",
        (ListFilter::AnyOf(_), _) => "is any of",
        (ListFilter::NoneOf(_), 1) => "is not",
        (ListFilter::NoneOf(_), _) => "is none of",
    };
    format!("{} {verb} {}", filter_label(key), named.join(", "))
}

/// A price restriction in words.
#[must_use]
pub fn price_line(price: PriceCondition) -> String {
    match price {
        PriceCondition::GtZero => "Price is greater than 0".to_owned(),
        PriceCondition::Gt { value } => format!("Price is greater than {value}"),
        PriceCondition::Gte { value } => format!("Price is at least {value}"),
        PriceCondition::Lt { value } => format!("Price is lower than {value}"),
        PriceCondition::Lte { value } => format!("Price is at most {value}"),
        PriceCondition::Between { min, max } => format!("Price {min} – {max}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_read_as_sentences_with_names_where_known() {
        let filters: Filters = serde_json::from_str(
            r#"{"publisher":{"any_of":["1044"]},"channel":{"none_of":["1","2","3","4","5"]},"price":{"op":"between","min":"10","max":"50"}}"#,
        )
        .unwrap();
        let lines = filter_lines(&filters, |key, id| {
            (key == FilterKey::Publisher && id == "1044").then(|| "Blue Traffic".to_owned())
        });
        assert_eq!(
            lines,
            [
                "Publisher is Blue Traffic",
                "Channel is none of 1, 2, 3, 2 more",
                "Price 10.00 – 50.00"
            ]
        );
    }
}
