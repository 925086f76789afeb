//! What may follow a placeholder's name: `{{price|money}}`, `{{state|default:"n/a"|upper}}`.

use super::zone::Zone;
use crate::placeholder::mask;
use crate::timestamp::parse_rfc3339;
use crate::{Event, Money, escape_slack};

/// A formatter with its argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Formatter {
    Default(String),
    Upper,
    Lower,
    Money,
    Mask,
    /// In each reader's own zone, or in this one.
    Time(Option<&'static Zone>),
    Date(Option<&'static Zone>),
    /// A link with this label; only for addresses of our own, see [`Formatter::check`].
    Link(String),
}

/// What a formatter makes of a value.
pub(super) enum Formatted {
    /// A value, to be escaped like any other.
    Value(Option<String>),
    /// A token of Slack's own, ready as it is.
    SlackToken(String),
}

/// How each is written, and what it does: for the form and for `GET /meta`.
pub const FORMATTERS: [(&str, &str); 8] = [
    ("money", "An amount with its currency: $42.50."),
    (
        "time",
        "Date and time on each reader's own clock; time:\"America/New_York\" on that city's.",
    ),
    ("date", "The day only; date:\"Europe/London\" as it is there."),
    ("default:\"n/a\"", "What to say where the event has no value."),
    ("mask", "Hides most of it: j***@example.com, ***0100."),
    ("upper", "In capital letters."),
    ("lower", "In small letters."),
    ("link:\"Open\"", "Makes {{log_url}} a link with this text."),
];

/// Names for messages to people.
const NAMES: &str = "money, time, date, default:\"…\", mask, upper, lower, link:\"…\"";

/// Placeholders whose address is our own: data must never choose which host to open.
const OWN_ADDRESSES: [&str; 1] = ["log_url"];

impl Formatter {
    /// Reads `name` or `name:"argument"`.
    pub(super) fn parse(text: &str) -> Result<Formatter, String> {
        let (name, argument) = match text.split_once(':') {
            Some((name, argument)) => (name.trim(), Some(unquoted(argument.trim()))),
            None => (text.trim(), None),
        };
        match (name, argument) {
            ("default", Some(argument)) => Ok(Formatter::Default(argument.to_owned())),
            ("default", None) => Err("“default” needs a text, such as default:\"n/a\".".to_owned()),
            ("link", Some(label)) if !label.trim().is_empty() => Ok(Formatter::Link(label.to_owned())),
            ("link", _) => Err("“link” needs a text to click on, such as link:\"Open the log\".".to_owned()),
            ("upper", None) => Ok(Formatter::Upper),
            ("lower", None) => Ok(Formatter::Lower),
            ("money", None) => Ok(Formatter::Money),
            ("mask", None) => Ok(Formatter::Mask),
            ("time", zone) => Ok(Formatter::Time(zone.map(Zone::find).transpose()?)),
            ("date", zone) => Ok(Formatter::Date(zone.map(Zone::find).transpose()?)),
            ("upper" | "lower" | "money" | "mask", Some(_)) => {
                Err(format!("“{name}” takes no text after it."))
            }
            _ => Err(format!("There is no formatter “{name}”. There are: {NAMES}.")),
        }
    }

    /// Refuses a link to what is not our own address, and one that other formatters touch.
    pub(super) fn check(formatters: &[Formatter], placeholder: &str) -> Result<(), String> {
        if !formatters.iter().any(Formatter::is_link) {
            return Ok(());
        }
        if !Formatter::is_own_address(placeholder) {
            return Err(format!(
                "“link” works for {{{{{}}}}} only: data must never choose which site to open. Write the link with your \
                 own address instead, such as <https://crm.example.com/leads/{{{{lead_id}}}}|open>.",
                OWN_ADDRESSES[0]
            ));
        }
        if formatters.len() > 1 {
            return Err("“link” stands alone: no other formatter may change the address.".to_owned());
        }
        Ok(())
    }

    /// Whether this placeholder is an address of our own.
    pub(super) fn is_own_address(placeholder: &str) -> bool {
        OWN_ADDRESSES.contains(&placeholder)
    }

    pub(super) fn is_link(&self) -> bool {
        matches!(self, Formatter::Link(_))
    }

    /// Whether it makes a token of Slack's, which is read in marked up text only.
    pub(super) fn makes_token(&self) -> bool {
        matches!(
            self,
            Formatter::Link(_) | Formatter::Time(None) | Formatter::Date(None)
        )
    }

    pub(super) fn apply(&self, value: Option<String>, event: &Event) -> Formatted {
        Formatted::Value(match self {
            Formatter::Default(text) => value.or_else(|| Some(text.clone())),
            Formatter::Upper => value.map(|value| value.to_uppercase()),
            Formatter::Lower => value.map(|value| value.to_lowercase()),
            Formatter::Money => value.map(|value| with_currency(&value, event.money.currency.as_deref())),
            Formatter::Mask => value.map(|value| mask(&value)),
            Formatter::Time(zone) => return moment(value, *zone, Zone::time, "{date_short_pretty} {time}"),
            Formatter::Date(zone) => return moment(value, *zone, Zone::date, "{date_short_pretty}"),
            Formatter::Link(label) => match value {
                // A bar would end the address, a line break the link.
                Some(address) => {
                    let label = label.replace('|', "/").replace(char::is_control, " ");
                    return Formatted::SlackToken(format!("<{address}|{}>", escape_slack(&label)));
                }
                None => None,
            },
        })
    }
}

/// What stands between quotes, if there are any.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text)
}

/// A moment on a zone's clock; without a zone on each reader's own, by a token of Slack's. What is no moment stays.
fn moment(
    value: Option<String>,
    zone: Option<&'static Zone>,
    written: fn(&Zone, i64) -> String,
    token: &str,
) -> Formatted {
    let Some(at) = value.as_deref().and_then(parse_rfc3339) else {
        return Formatted::Value(value);
    };
    match zone {
        Some(zone) => Formatted::Value(Some(written(zone, at))),
        None => {
            let seconds = at.div_euclid(1_000);
            // The text after the bar is for clients that can't show it.
            let fallback = value.unwrap_or_default();
            Formatted::SlackToken(format!("<!date^{seconds}^{token}|{fallback}>"))
        }
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
