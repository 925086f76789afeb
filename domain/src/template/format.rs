//! What may follow a placeholder's name: `{{price|money}}`, `{{state|default:"n/a"|upper}}`.

use crate::placeholder::mask;
use crate::timestamp::parse_rfc3339;
use crate::{Event, Money};

/// A formatter with its argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Formatter {
    Default(String),
    Upper,
    Lower,
    Money,
    Mask,
    Time,
}

/// What a formatter makes of a value.
pub(super) enum Formatted {
    /// A value, to be escaped like any other.
    Value(Option<String>),
    /// A token of Slack's own, ready as it is.
    SlackToken(String),
}

/// Names for messages to people.
pub(super) const NAMES: &str = "default:\"…\", upper, lower, money, mask, time";

impl Formatter {
    /// Reads `name` or `name:"argument"`.
    pub(super) fn parse(text: &str) -> Result<Formatter, String> {
        let (name, argument) = match text.split_once(':') {
            Some((name, argument)) => (name.trim(), Some(argument.trim())),
            None => (text.trim(), None),
        };
        match (name, argument) {
            ("default", Some(argument)) => {
                let inner = argument
                    .strip_prefix('"')
                    .and_then(|rest| rest.strip_suffix('"'))
                    .unwrap_or(argument);
                Ok(Formatter::Default(inner.to_owned()))
            }
            ("default", None) => Err("“default” needs a text, such as default:\"n/a\".".to_owned()),
            ("upper", None) => Ok(Formatter::Upper),
            ("lower", None) => Ok(Formatter::Lower),
            ("money", None) => Ok(Formatter::Money),
            ("mask", None) => Ok(Formatter::Mask),
            ("time", None) => Ok(Formatter::Time),
            ("upper" | "lower" | "money" | "mask" | "time", Some(_)) => {
                Err(format!("“{name}” takes no text after it."))
            }
            _ => Err(format!("There is no formatter “{name}”. There are: {NAMES}.")),
        }
    }

    pub(super) fn apply(&self, value: Option<String>, event: &Event) -> Formatted {
        Formatted::Value(match self {
            Formatter::Default(text) => value.or_else(|| Some(text.clone())),
            Formatter::Upper => value.map(|value| value.to_uppercase()),
            Formatter::Lower => value.map(|value| value.to_lowercase()),
            Formatter::Money => value.map(|value| with_currency(&value, event.money.currency.as_deref())),
            Formatter::Mask => value.map(|value| mask(&value)),
            Formatter::Time => match value.as_deref().and_then(parse_rfc3339) {
                // Slack shows it in each reader's own zone; the text after the bar is for clients that can't.
                Some(at) => {
                    let seconds = at.div_euclid(1_000);
                    let fallback = value.unwrap_or_default();
                    return Formatted::SlackToken(format!(
                        "<!date^{seconds}^{{date_short_pretty}} {{time}}|{fallback}>"
                    ));
                }
                None => value,
            },
        })
    }
}

/// `42.50` as `$42.50`, or `42.50 EUR` for a currency without a sign everybody reads alike.
fn with_currency(amount: &str, currency: Option<&str>) -> String {
    let Ok(money) = amount.parse::<Money>() else {
        return amount.to_owned();
    };
    let text = money.display();
    match currency {
        None => text,
        Some("USD") => match text.strip_prefix('-') {
            Some(rest) => format!("-${rest}"),
            None => format!("${text}"),
        },
        Some(code) => format!("{text} {code}"),
    }
}
