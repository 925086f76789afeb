//! Message texts of other systems: `{name}`, `[name]` and `#{name}` become our `{{name}}`.
//!
//! There is no common convention among lead platforms, so this knows the names that are usual in the field and leaves
//! alone what it does not know: a text is never made worse. Slack's own markup, links and our placeholders stay.

use crate::placeholder::{FIELD_PREFIX, is_offered, placeholders};
use crate::{Level, Trigger};

/// Our placeholders, the first that is offered wins, and what others call them; without separators, in small letters.
#[rustfmt::skip]
static NAMES: [(&str, &str); 34] = [
    ("lead_id", "lead id transactionid transaction txid tid clickid conversionid leadno leadnumber"),
    ("lead_public_id", "publicid uuid leaduuid leadtoken"),
    ("lead_status", "status disposition"),
    ("lead_created_at", "createdat created leadcreated"),
    ("method", "leadmethod"),
    ("state", "region statecode st"),
    ("zip", "zipcode postalcode postal postcode"),
    ("sub_id", "sub subid1 sub1 s1 affsub affsub1 c1 clickref"),
    ("event_id", "event eventuuid postbackid"),
    ("event_time", "time timestamp datetime occurredat conversiontime eventdatetime"),
    ("event_date", "date day today conversiondate"),
    ("trigger", "eventname eventtype"),
    ("host", "domain site website"),
    ("is_test", "test testmode"),
    ("pingback_amount price", "revenue"),
    ("price", "amount saleprice soldprice saleamount bid bidamount bidprice payin cost"),
    ("publisher_earning earning_amount", "payout commission earning earnings publisherpayout affiliatepayout publisherprice publisherrevenue"),
    ("total_price", "total totalrevenue totalamount"),
    ("admin_revenue", "profit margin"),
    ("currency", "currencycode cur"),
    ("min_price", "floor floorprice reserveprice minimumprice"),
    ("publisher_id", "publisher affiliateid affiliate affid aff pubid partnerid partner vendorid supplierid webmasterid webmaster"),
    ("publisher_name", "pubname affiliatename affname partnername vendorname vendor suppliername supplier trafficsource"),
    ("channel_name", "channel"),
    ("source_name", "source src utmsource"),
    ("buyer_name", "buyer advertiser advertisername buyercompany client targetname"),
    ("buyer_id", "advertiserid advid clientid"),
    ("campaign_name", "campaign offer offername contract contractname"),
    ("campaign_id", "offerid campid contractid"),
    ("product_name", "product vertical verticalname service category"),
    ("reject_reason", "reason rejectionreason error errormessage"),
    ("caller_number field.phone", "phone phonenumber callerid caller ani callerphone inboundphonenumber mobile"),
    ("dialed_number", "dialed dnis did trackingnumber callednumber numberdialed"),
    ("duration_seconds", "duration callduration calllength connectedduration"),
];

/// Lead fields by the names platforms give them.
static FIELDS: [(&str, &str); 3] = [
    ("field.email", "email emailaddress"),
    ("field.firstName", "firstname fname"),
    ("field.lastName", "lastname lname"),
];

/// What became of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The text with our placeholders.
    pub text: String,
    /// What was replaced, as it was written, and by what.
    pub converted: Vec<(String, String)>,
    /// What looks like a placeholder and is left as it was.
    pub left: Vec<Left>,
}

/// A placeholder that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// As it was written, brackets and all.
    pub written: String,
    /// Ours that is closest.
    pub hint: Option<&'static str>,
}

impl Imported {
    /// Whether there was anything to convert.
    #[must_use]
    pub fn found(&self) -> bool {
        !self.converted.is_empty()
    }

    /// What happened, in words.
    #[must_use]
    pub fn report(&self) -> String {
        let mut said: Vec<String> = Vec::new();
        if self.found() {
            let pairs: Vec<String> = self
                .converted
                .iter()
                .map(|(from, to)| format!("{from} is now {to}"))
                .collect();
            said.push(format!("{}.", pairs.join(", ")));
        }
        for left in &self.left {
            said.push(match left.hint {
                Some(hint) => format!("{} stays: did you mean {{{{{hint}}}}}?", left.written),
                None => format!("{} stays: there is nothing like it here.", left.written),
            });
        }
        said.join(" ")
    }
}

/// Where a token stands decides what may be one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Text,
    /// In the address of a link, `[` and `]` are part of it.
    Link,
}

/// Converts a text for a rule of this trigger and level.
#[must_use]
pub fn import_placeholders(text: &str, trigger: Trigger, level: Level) -> Imported {
    let mut import = Import {
        trigger,
        level,
        done: Imported::default(),
    };
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let length = import.step(rest, text.len() - rest.len(), text);
        // At least the letter itself, so that this ends.
        rest = &rest[length.max(next.len_utf8())..];
    }
    import.done
}

struct Import {
    trigger: Trigger,
    level: Level,
    done: Imported,
}

impl Import {
    /// Takes what stands at the beginning of the rest; how much it was.
    fn step(&mut self, rest: &str, at: usize, text: &str) -> usize {
        if rest.starts_with("{{") {
            return self.keep(own(rest));
        }
        if rest.starts_with('<')
            && let Some(end) = rest[1..].find(['<', '>', '\n']).map(|end| end + 1)
            && rest[end..].starts_with('>')
        {
            return self.token(&rest[..=end]);
        }
        if rest.starts_with("https://") || rest.starts_with("http://") {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            return self.link(&rest[..end]);
        }
        let before = text[..at].chars().next_back();
        match self.placeholder(rest, before, Around::Text) {
            Some(length) => length,
            None => self.keep(&rest[..rest.chars().next().map_or(0, char::len_utf8)]),
        }
    }

    fn keep(&mut self, text: &str) -> usize {
        self.done.text.push_str(text);
        text.len()
    }

    /// A token of Slack's: mentions stay, in a link only its path and label are looked into.
    fn token(&mut self, token: &str) -> usize {
        if token[1..].starts_with("http") {
            self.keep("<");
            self.link(&token[1..]);
            return token.len();
        }
        match token[1..].starts_with(['@', '#', '!']) {
            true => self.keep(token),
            false => self.keep("<"),
        }
    }

    /// An address: its host stays as it is.
    fn link(&mut self, link: &str) -> usize {
        let host = link.find("://").map_or(0, |scheme| scheme + 3);
        let path = link[host..].find('/').map_or(link.len(), |slash| host + slash);
        let mut at = self.keep(&link[..path]);
        while let Some(next) = link[at..].chars().next() {
            let rest = &link[at..];
            at += if rest.starts_with("{{") {
                self.keep(own(rest))
            } else {
                match self.placeholder(rest, None, Around::Link) {
                    Some(length) => length,
                    None => self.keep(&rest[..next.len_utf8()]),
                }
            };
        }
        link.len()
    }

    /// A placeholder of another system at the beginning; `None` when there is none. What looks like one but is not
    /// known is kept and reported.
    fn placeholder(&mut self, rest: &str, before: Option<char>, around: Around) -> Option<usize> {
        let (open, close) = match rest {
            _ if rest.starts_with("#{") => ("#{", '}'),
            _ if rest.starts_with('{') => ("{", '}'),
            _ if rest.starts_with('[') && around == Around::Text => ("[", ']'),
            _ => return None,
        };
        let inner = &rest[open.len()..];
        let end = inner.find(close)?;
        let name = &inner[..end];
        let length = open.len() + end + 1;
        if !looks_like_a_name(name) || rest[length..].starts_with('}') || before == Some('{') {
            return None;
        }
        // `[label](address)` is a link elsewhere, `list[name]` no placeholder anywhere.
        let square = close == ']';
        if square && (rest[length..].starts_with('(') || before.is_some_and(char::is_alphanumeric)) {
            return None;
        }
        let written = &rest[..length];
        match self.ours(name) {
            Ok(ours) => {
                let ours = format!("{{{{{ours}}}}}");
                self.keep(&ours);
                let pair = (written.to_owned(), ours);
                if !self.done.converted.contains(&pair) {
                    self.done.converted.push(pair);
                }
            }
            Err(hint) => {
                self.keep(written);
                // A word in square brackets is mostly just that.
                let near = hint.is_some_and(|(distance, _)| distance <= 1);
                let left = Left {
                    written: written.to_owned(),
                    hint: hint.map(|(_, name)| name),
                };
                if (!square || near || name.contains('_')) && !self.done.left.contains(&left) {
                    self.done.left.push(left);
                }
            }
        }
        Some(length)
    }

    /// Our name for a foreign one, or the closest of ours with its distance.
    fn ours(&self, name: &str) -> Result<String, Option<(usize, &'static str)>> {
        if name.starts_with(FIELD_PREFIX) && is_offered(name, self.trigger, self.level) {
            return Ok(name.to_owned());
        }
        let plain = squashed(name);
        let own = placeholders(self.trigger, self.level).find(|own| squashed(own.name) == plain);
        if let Some(own) = own {
            return Ok(own.name.to_owned());
        }
        let usual = NAMES
            .iter()
            .chain(&FIELDS)
            .filter(|(_, others)| others.split(' ').any(|other| other == plain))
            .flat_map(|(ours, _)| ours.split(' '))
            .find(|ours| is_offered(ours, self.trigger, self.level));
        if let Some(ours) = usual {
            return Ok(ours.to_owned());
        }
        let near = placeholders(self.trigger, self.level)
            .map(|own| (strsim::osa_distance(&plain, &squashed(own.name)), own.name))
            .min()
            .filter(|(distance, best)| *distance <= 2.max(best.len() / 4));
        Err(near)
    }
}

/// A placeholder of ours at the beginning. One that is never closed wants a person: all that follows stays with it.
fn own(rest: &str) -> &str {
    let end = rest.find("}}").map_or(rest.len(), |close| close + 2);
    &rest[..end]
}

/// Letters first, then letters, digits and the separators names are written with.
fn looks_like_a_name(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | ' '))
}

/// `Lead ID`, `lead-id` and `leadId` are one name.
fn squashed(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests;
