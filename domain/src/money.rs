//! Amounts of money as exact decimals.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// An amount, exact, with at most four decimal places (the scale of the platforms' own event format).
/// The currency travels beside it. May be negative: a revenue correction can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Money(Decimal);

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMoney {
    /// Nothing was written.
    #[error("Enter an amount, such as 42.50.")]
    Empty,
    /// Not digits with an optional decimal point.
    #[error("This is not an amount. Write digits with a point, such as 42.50.")]
    NotANumber,
    /// More than four decimal places.
    #[error("An amount may have at most 4 decimal places.")]
    TooPrecise,
    /// Larger than any price.
    #[error("An amount may be at most 999,999,999,999.")]
    TooLarge,
}

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(Decimal::ZERO);

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }

    /// The sum; `None` where it would be larger than any amount can be.
    #[must_use]
    pub fn plus(self, other: Money) -> Option<Money> {
        self.0.checked_add(other.0).map(Money)
    }

    /// As people write it: at least two decimal places, no needless zeros after them (`42.50`, `0.0125`).
    #[must_use]
    pub fn display(self) -> String {
        let mut amount = self.0.normalize();
        if amount.scale() < 2 {
            amount.rescale(2);
        }
        amount.to_string()
    }
}

impl FromStr for Money {
    type Err = InvalidMoney;

    fn from_str(text: &str) -> Result<Self, InvalidMoney> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidMoney::Empty);
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && digits.bytes().any(|byte| byte.is_ascii_digit())
            && digits.bytes().filter(|byte| *byte == b'.').count() <= 1;
        if !plain {
            return Err(InvalidMoney::NotANumber);
        }
        let whole = digits
            .split('.')
            .next()
            .unwrap_or_default()
            .trim_start_matches('0');
        if whole.len() > 12 {
            return Err(InvalidMoney::TooLarge);
        }
        let fraction = digits.split('.').nth(1).unwrap_or_default().trim_end_matches('0');
        if fraction.len() > 4 {
            return Err(InvalidMoney::TooPrecise);
        }
        let sign = if text.starts_with('-') { "-" } else { "" };
        let tidy = format!(
            "{sign}{}.{}",
            if whole.is_empty() { "0" } else { whole },
            if fraction.is_empty() { "0" } else { fraction }
        );
        Decimal::from_str(&tidy)
            .map(|amount| Money(amount.normalize()))
            .map_err(|_| InvalidMoney::NotANumber)
    }
}

impl TryFrom<String> for Money {
    type Error = InvalidMoney;
    fn try_from(text: String) -> Result<Self, InvalidMoney> {
        text.parse()
    }
}

impl From<Money> for String {
    fn from(money: Money) -> String {
        money.display()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn amounts_compare_by_value_not_by_spelling() {
        assert_eq!(money("42.5"), money("42.5000"));
        assert!(money("50.0001") > money("50"));
        assert_eq!(money("-0"), Money::ZERO);
    }

    #[test]
    fn amounts_show_at_least_cents() {
        assert_eq!(money("42.5000").display(), "42.50");
        assert_eq!(money("42").display(), "42.00");
        assert_eq!(money("0.0125").display(), "0.0125");
        assert_eq!(money(".5").display(), "0.50");
    }

    #[test]
    fn what_is_no_exact_amount_is_refused_with_its_reason() {
        assert_eq!("".parse::<Money>(), Err(InvalidMoney::Empty));
        for wrong in ["abc", "1e3", "1,000", "1.2.3", "--1", ".", "NaN", "١"] {
            assert_eq!(wrong.parse::<Money>(), Err(InvalidMoney::NotANumber), "{wrong}");
        }
        assert_eq!("1.00001".parse::<Money>(), Err(InvalidMoney::TooPrecise));
        assert_eq!("1000000000000".parse::<Money>(), Err(InvalidMoney::TooLarge));
        assert_eq!(
            "9".repeat(1_000_000).parse::<Money>(),
            Err(InvalidMoney::TooLarge)
        );
    }
}
