//! The Slack app behind a token: the scopes it needs, and the link that makes one with all of them.

use crate::TokenKind;

/// A scope that sending needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeNeed {
    /// Slack's name of it.
    pub scope: &'static str,
    /// What it is for, as a sentence.
    pub why: &'static str,
}

const fn need(scope: &'static str, why: &'static str) -> ScopeNeed {
    ScopeNeed { scope, why }
}

const BOT: [ScopeNeed; 4] = [
    need("chat:write", "Post messages."),
    need(
        "chat:write.public",
        "Post to public channels that the app was not invited to.",
    ),
    need(
        "channels:join",
        "Join public channels by itself, where a workspace demands membership.",
    ),
    need("im:write", "Start direct messages with people."),
];
const USER: [ScopeNeed; 3] = [
    need("chat:write", "Post messages in your name."),
    need("channels:write", "Join public channels for you."),
    need("im:write", "Start direct messages with people."),
];

/// The scopes a token of this kind needs for everything rules do. Slack's lists for the two kinds differ:
/// `channels:join` and `chat:write.public` exist for bots only.
#[must_use]
pub fn needed_scopes(kind: TokenKind) -> &'static [ScopeNeed] {
    match kind {
        TokenKind::Bot => &BOT,
        TokenKind::User => &USER,
    }
}

impl TokenKind {
    /// The heading under which a Slack app's page lists the scopes of such tokens.
    #[must_use]
    pub fn scope_heading(self) -> &'static str {
        match self {
            TokenKind::Bot => "Bot Token Scopes",
            TokenKind::User => "User Token Scopes",
        }
    }
}

/// The manifest of a Slack app that can do everything rules do, compact JSON. Messages to people need its Messages tab.
fn manifest(redirect: Option<&str>) -> String {
    let redirects = redirect.map_or_else(String::new, |address| {
        let address = address.replace(['"', '\\'], "");
        format!("\"redirect_urls\":[\"{address}\"],")
    });
    let scopes: Vec<String> = BOT.iter().map(|need| format!("\"{}\"", need.scope)).collect();
    let scopes = scopes.join(",");
    format!(
        "{{\"display_information\":{{\"name\":\"Leadbell\",\"description\":\"Lead and call events as Slack messages\"}},\
         \"features\":{{\"app_home\":{{\"home_tab_enabled\":false,\"messages_tab_enabled\":true,\
         \"messages_tab_read_only_enabled\":true}},\"bot_user\":{{\"display_name\":\"Leadbell\",\
         \"always_online\":true}}}},\"oauth_config\":{{{redirects}\"scopes\":{{\"bot\":[{scopes}]}}}},\
         \"settings\":{{\"org_deploy_enabled\":false,\"socket_mode_enabled\":false,\
         \"token_rotation_enabled\":false}}}}"
    )
}

/// The address that opens Slack's page for a new app with everything filled in; with the address that people come back
/// to from Slack, where they add the app by OAuth.
#[must_use]
pub fn app_creation_link(redirect: Option<&str>) -> String {
    format!(
        "https://api.slack.com/apps?new_app=1&manifest_json={}",
        percent_encoded(&manifest(redirect))
    )
}

/// The text as a value in an address: all but letters, digits and `-._~` as `%XX` of their UTF-8 (RFC 3986).
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if first == '%' {
                bytes.push(u8::from_str_radix(&rest[1..3], 16).unwrap());
                rest = &rest[3..];
            } else {
                assert!(first.is_ascii_alphanumeric() || "-._~".contains(first), "{first}");
                bytes.push(u8::try_from(first).unwrap());
                rest = &rest[1..];
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_link_carries_the_whole_manifest_in_one_value() {
        let link = app_creation_link(None);
        let (page, value) = link.split_once("&manifest_json=").unwrap();
        assert_eq!(page, "https://api.slack.com/apps?new_app=1");
        assert_eq!(decoded(value), manifest(None));
        // Slack's page and browsers take addresses of a few thousand characters.
        assert!(link.len() < 2_000, "{}", link.len());
    }

    #[test]
    fn the_manifest_asks_for_the_four_scopes_and_a_place_for_direct_messages() {
        let read = |text: String| -> serde_json::Value { serde_json::from_str(&text).unwrap() };
        let back = "https://bell.example.com/connections/oauth";
        let with = read(manifest(Some(back)));
        let manifest = read(manifest(None));
        assert_eq!(with["oauth_config"]["redirect_urls"], serde_json::json!([back]));
        assert_eq!(with["oauth_config"]["scopes"], manifest["oauth_config"]["scopes"]);
        let wanted: Vec<&str> = needed_scopes(TokenKind::Bot)
            .iter()
            .map(|need| need.scope)
            .collect();
        assert_eq!(
            manifest["oauth_config"]["scopes"]["bot"],
            serde_json::json!(wanted)
        );
        assert_eq!(wanted.len(), 4);
        assert_eq!(manifest["features"]["app_home"]["messages_tab_enabled"], true);
        assert_eq!(manifest["settings"]["token_rotation_enabled"], false);
    }

    #[test]
    fn what_an_address_gives_a_meaning_is_encoded() {
        assert_eq!(
            percent_encoded("a b&c=d#ü\"{}%+"),
            "a%20b%26c%3Dd%23%C3%BC%22%7B%7D%25%2B"
        );
    }

    #[test]
    fn scopes_for_bots_only_are_not_asked_of_people() {
        let user: Vec<&str> = needed_scopes(TokenKind::User)
            .iter()
            .map(|need| need.scope)
            .collect();
        assert_eq!(user, ["chat:write", "channels:write", "im:write"]);
    }
}
