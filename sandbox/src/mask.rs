//! Shows a token by its prefix and its last four characters.

/// `xoxb-…0001` for `xoxb-sandbox-leadbell-0001`; values too short to hide anything become `…`.
pub fn mask(token: &str) -> String {
    let chars: Vec<char> = token.chars().collect();
    if chars.len() < 14 {
        return "…".into();
    }
    let prefix: String = match token.find('-') {
        Some(at) if at <= 10 => token[..=at].into(),
        _ => String::new(),
    };
    let last: String = chars[chars.len() - 4..].iter().collect();
    format!("{prefix}…{last}")
}

/// Masks what follows `Bearer ` in an `Authorization` header.
pub fn mask_authorization(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, token)) => format!("{scheme} {}", mask(token.trim())),
        None => mask(value),
    }
}

/// Masks every occurrence of `secret` in `text`.
pub fn mask_within(text: &str, secret: &str) -> String {
    if secret.is_empty() {
        text.to_owned()
    } else {
        text.replace(secret, &mask(secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_keeps_its_prefix_and_last_four() {
        assert_eq!(mask("xoxb-sandbox-leadbell-0001"), "xoxb-…0001");
        assert_eq!(mask("xoxe.xoxb-1-something-long-9z8y"), "xoxe.xoxb-…9z8y");
    }

    #[test]
    fn short_values_show_nothing() {
        assert_eq!(mask("xoxb-1234"), "…");
        assert_eq!(mask_authorization("Bearer abc"), "Bearer …");
    }
}
