//! What a list shows, as the query of its address and back.

use crate::views::RuleSearch;

/// Percent-encodes everything but unreserved characters (RFC 3986 §2.3).
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

/// Undoes [`encode`]; what is not a valid escape stays as it is, bytes that are no UTF-8 become `�`.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// An address with those parameters that are not empty.
pub(crate) fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    let mut sign = '?';
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(sign);
        out.push_str(name);
        out.push('=');
        out.push_str(&encode(value));
        sign = '&';
    }
    out
}

/// Gives a parameter's decoded text.
type Get<'a> = &'a dyn Fn(&str) -> Option<String>;

fn text(get: Get<'_>, name: &str) -> String {
    get(name).map(|text| text.trim().to_owned()).unwrap_or_default()
}

fn page(get: Get<'_>) -> u32 {
    get("page")
        .and_then(|page| page.trim().parse().ok())
        .unwrap_or(1)
        .max(1)
}

/// Page 1 needs no mention.
fn page_text(page: u32) -> String {
    if page > 1 { page.to_string() } else { String::new() }
}

impl RuleSearch {
    pub(crate) fn from_query(get: Get<'_>) -> RuleSearch {
        RuleSearch {
            q: text(get, "q"),
            trigger: text(get, "trigger"),
            status: text(get, "status"),
            author: text(get, "author"),
            to: text(get, "to"),
            sort: text(get, "sort"),
            page: page(get),
        }
    }

    pub(crate) fn address(&self, path: &str) -> String {
        with_query(
            path,
            &[
                ("q", &self.q),
                ("trigger", &self.trigger),
                ("status", &self.status),
                ("author", &self.author),
                ("to", &self.to),
                ("sort", &self.sort),
                ("page", &page_text(self.page)),
            ],
        )
    }

    /// Whether anything narrows the list, so that an empty one means "nothing found" rather than "nothing yet".
    pub(crate) fn narrows(&self) -> bool {
        [&self.q, &self.trigger, &self.status, &self.author, &self.to]
            .iter()
            .any(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> impl Fn(&str) -> Option<String> {
        let pairs: Vec<(String, String)> = address
            .split_once('?')
            .map(|(_, query)| query)
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), decode(value)))
            .collect();
        move |name| {
            pairs
                .iter()
                .find(|(found, _)| found == name)
                .map(|(_, value)| value.clone())
        }
    }

    #[test]
    fn a_search_survives_the_address_whatever_is_typed() {
        let search = RuleSearch {
            q: "50% & <b> ünï #1 =?/+".to_owned(),
            trigger: "lms.lead_sold".to_owned(),
            status: "disabled".to_owned(),
            author: "api".to_owned(),
            to: "C0SALES01".to_owned(),
            sort: "name".to_owned(),
            page: 3,
        };
        let address = search.address("/products/218/tracking");
        assert_eq!(RuleSearch::from_query(&read(&address)), search);
    }

    #[test]
    fn the_plain_list_has_a_plain_address() {
        let search = RuleSearch {
            page: 1,
            ..RuleSearch::default()
        };
        assert_eq!(search.address("/products/218/tracking"), "/products/218/tracking");
        assert_eq!(RuleSearch::from_query(&read("/products/218/tracking")), search);
    }

    #[test]
    fn a_page_that_is_no_number_is_the_first() {
        for wrong in ["/p?page=0", "/p?page=-1", "/p?page=x", "/p?page=99999999999"] {
            assert_eq!(RuleSearch::from_query(&read(wrong)).page, 1, "{wrong}");
        }
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
        assert_eq!(decode("%ff"), "\u{FFFD}");
        assert_eq!(decode("%+1"), "%+1");
    }
}
