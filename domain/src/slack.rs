//! Slack's own vocabulary: tokens, ids, escaping. Facts from Slack's documentation (see docs/ARCHITECTURE.md).

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a token acts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// `xoxb-…`: the app's bot.
    Bot,
    /// `xoxp-…`: the person who installed the app.
    User,
}

impl TokenKind {
    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            TokenKind::Bot => "bot",
            TokenKind::User => "user",
        }
    }
}

/// A Slack token of a usable shape. Its text shows in no `Debug`, error or page; [`SlackToken::hint`] does.
#[derive(Clone, PartialEq, Eq)]
pub struct SlackToken(String);

/// Longest token we accept, in characters. Slack names no length; rotating tokens seen are below 300.
const MAX_TOKEN: usize = 512;

impl SlackToken {
    /// Takes a token from the Slack app's "OAuth & Permissions" page. The error says where to find the right one
    /// and never repeats what was pasted.
    pub fn parse(text: &str) -> Result<SlackToken, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Err("Paste the token of your Slack app, or choose a saved one.");
        }
        if text.starts_with("https://") || text.starts_with("http://") {
            return Err(
                "This is a web address. Paste the token from OAuth & Permissions; it begins with xoxb- or xoxp-.",
            );
        }
        if text.starts_with("xapp-") {
            return Err(
                "This is an app-level token. Paste the Bot or User OAuth Token; it begins with xoxb- or xoxp-.",
            );
        }
        if text.starts_with("xoxe-") {
            return Err("This is a refresh token. Paste the access token; it begins with xoxb- or xoxp-.");
        }
        if text.starts_with("xoxc-") || text.starts_with("xoxs-") {
            return Err(
                "This is a browser session's token. Paste the Bot or User OAuth Token of your Slack app.",
            );
        }
        let body = text.strip_prefix("xoxe.").unwrap_or(text);
        let rest = body.strip_prefix("xoxb-").or_else(|| body.strip_prefix("xoxp-"));
        match rest {
            None => Err(
                "A Slack token begins with xoxb- (bot) or xoxp- (user). Find it under OAuth & Permissions.",
            ),
            Some(rest) if rest.len() < 6 => {
                Err("This token is cut short. Copy it again from OAuth & Permissions.")
            }
            Some(_) if text.len() > MAX_TOKEN => Err("This is too long for a Slack token. Copy it again."),
            Some(rest)
                if !rest
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') =>
            {
                Err(
                    "A Slack token holds letters, digits and hyphens only. Copy it again from OAuth & Permissions.",
                )
            }
            Some(_) => Ok(SlackToken(text.to_owned())),
        }
    }

    /// The token itself, for the `Authorization` header and for encryption. Nothing else may ask for it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Bot or user.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        if self.0.starts_with("xoxp-") || self.0.starts_with("xoxe.xoxp-") {
            TokenKind::User
        } else {
            TokenKind::Bot
        }
    }

    /// What may be shown of it: the prefix and the last four characters, `xoxb-…9f3k`.
    #[must_use]
    pub fn hint(&self) -> String {
        let prefix = self.0.split_inclusive('-').next().unwrap_or_default();
        let tail = &self.0[self.0.len().saturating_sub(4)..];
        format!("{prefix}…{tail}")
    }
}

/// No copy of a token outlives its use in memory. The browser holds none.
#[cfg(not(target_arch = "wasm32"))]
impl Drop for SlackToken {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl fmt::Debug for SlackToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlackToken({})", self.hint())
    }
}

/// A channel's id: `C…`, or `G…` for an older private channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChannelId(String);

/// A member's id: `U…`, or `W…` in an Enterprise Grid.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MemberId(String);

/// Slack ids are opaque; this is the widest shape seen in Slack's documentation: a letter, then 7–20 of `A–Z0–9`.
fn is_slack_id(text: &str, first: &[char]) -> bool {
    text.starts_with(first)
        && (8..=21).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// The id in a pasted channel link such as `https://acme.slack.com/archives/C0123ABCD/p17…`, else the text itself.
fn unwrap_link(text: &str) -> &str {
    let text = text.trim();
    for part in ["/archives/", "/team/"] {
        if let Some((address, rest)) = text.split_once(part)
            && (address.starts_with("https://") || address.starts_with("http://"))
        {
            return rest.split(['/', '?', '#']).next().unwrap_or(rest);
        }
    }
    text
}

/// Reads a channel id, or the link that Slack's "Copy link" gives.
pub fn parse_channel_id(text: &str) -> Result<ChannelId, &'static str> {
    let id = unwrap_link(text);
    if id.is_empty() {
        return Err("Enter the channel's ID. In Slack: channel name → About → bottom of the window.");
    }
    if is_slack_id(id, &['C', 'G']) {
        return Ok(ChannelId(id.to_owned()));
    }
    if is_slack_id(id, &['U', 'W']) {
        return Err("This is a member's ID. Enter a channel's (it begins with C), or choose “to the user”.");
    }
    if is_slack_id(id, &['D']) {
        return Err(
            "This is the ID of a direct conversation. Choose “to the user” and enter the member's ID.",
        );
    }
    if id.starts_with('#') {
        return Err("Enter the channel's ID (it begins with C), not its name. Names can change.");
    }
    Err("A channel ID begins with C (or G), followed by capital letters and digits, such as C024BE91L.")
}

/// Reads a member id, or the link of a member's profile.
pub fn parse_member_id(text: &str) -> Result<MemberId, &'static str> {
    let id = unwrap_link(text);
    if id.is_empty() {
        return Err("Enter the member's ID. In Slack: profile → ⋮ → Copy member ID.");
    }
    if is_slack_id(id, &['U', 'W']) {
        return Ok(MemberId(id.to_owned()));
    }
    if is_slack_id(id, &['C', 'G', 'D']) {
        return Err(
            "This is a channel's ID. Enter a member's (it begins with U or W), or choose “to the channel”.",
        );
    }
    if id.starts_with('@') || id.contains('@') {
        return Err("Enter the member's ID (it begins with U or W), not a name or an e-mail address.");
    }
    Err("A member ID begins with U (or W), followed by capital letters and digits, such as U061F7AUR.")
}

macro_rules! slack_id {
    ($name:ident, $parse:path) => {
        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = &'static str;
            fn try_from(text: String) -> Result<Self, &'static str> {
                $parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}
slack_id!(ChannelId, parse_channel_id);
slack_id!(MemberId, parse_member_id);

/// Where a message goes. On the wire `{"channel_id":"C…"}` or `{"member_id":"U…"}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Target {
    /// To the channel.
    #[serde(rename = "channel_id")]
    Channel(ChannelId),
    /// To the user, as a direct message.
    #[serde(rename = "member_id")]
    Member(MemberId),
}

impl Target {
    /// Reads the id of a channel or a member, or a link to either.
    pub fn parse(text: &str) -> Result<Target, &'static str> {
        let id = unwrap_link(text);
        if id.is_empty() {
            return Err(
                "Enter a channel's ID (it begins with C) or a member's (it begins with U), or paste a link to it.",
            );
        }
        if is_slack_id(id, &['U', 'W']) {
            return parse_member_id(text).map(Target::Member);
        }
        if id.contains('@') {
            return parse_member_id(text).map(Target::Member);
        }
        if id.starts_with('D') && is_slack_id(id, &['D']) {
            return Err(
                "This is the ID of a direct conversation. Enter the member's ID instead (profile → ⋮ → Copy member ID).",
            );
        }
        parse_channel_id(text).map(Target::Channel)
    }

    /// The Slack id, whichever kind it is.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Target::Channel(id) => id.as_str(),
            Target::Member(id) => id.as_str(),
        }
    }

    /// `channel` or `member`, the name in data.
    #[must_use]
    pub fn kind_key(&self) -> &'static str {
        match self {
            Target::Channel(_) => "channel",
            Target::Member(_) => "member",
        }
    }

    /// Puts a stored target together again.
    pub fn from_parts(kind: &str, id: &str) -> Result<Target, &'static str> {
        match kind {
            "channel" => parse_channel_id(id).map(Target::Channel),
            "member" => parse_member_id(id).map(Target::Member),
            _ => Err("A target is a channel or a member."),
        }
    }
}

/// Escapes text for a Slack message: `&`, `<` and `>` are Slack's only control characters.
#[must_use]
pub fn escape_slack(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_told_by_its_prefix_and_never_shown() {
        let token = SlackToken::parse(" xoxp-111-222-secretsecret9f3k ").unwrap();
        assert_eq!(token.kind(), TokenKind::User);
        assert_eq!(token.hint(), "xoxp-…9f3k");
        assert!(!format!("{token:?}").contains("secret"));
        assert_eq!(
            SlackToken::parse("xoxe.xoxp-1-abcdefgh").unwrap().kind(),
            TokenKind::User
        );
    }

    #[test]
    fn tokens_of_the_wrong_kind_are_refused_without_repeating_them() {
        for wrong in [
            "",
            "xapp-1-A0-secret",
            "xoxe-1-secretsecret",
            "xoxc-secretsecret",
            "hello-secret",
            "xoxb-a",
            "https://hooks.slack.com/services/T0/B0/secret",
            "xoxb-with space-secret",
            "xoxb-sécret-secret",
        ] {
            let message = SlackToken::parse(wrong).unwrap_err();
            assert!(!message.contains("secret"), "{wrong}");
        }
        assert!(SlackToken::parse(&format!("xoxb-{}", "a".repeat(1_000_000))).is_err());
    }

    #[test]
    fn an_id_of_the_other_kind_is_named_as_such() {
        assert_eq!(parse_channel_id("C024BE91L").unwrap().as_str(), "C024BE91L");
        assert!(parse_channel_id("U061F7AUR").unwrap_err().contains("member's ID"));
        assert!(parse_member_id("C024BE91L").unwrap_err().contains("channel's ID"));
        assert!(parse_channel_id("#sales").unwrap_err().contains("not its name"));
        assert!(parse_member_id("ann@example.com").unwrap_err().contains("e-mail"));
        for wrong in ["c024be91l", "C0", "C024BE91L; drop", "", "CÄÖÜ12345"] {
            assert!(parse_channel_id(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_pasted_link_gives_its_id() {
        let link = "https://acme.slack.com/archives/C0123ABCD/p1732392903000200?thread_ts=1";
        assert_eq!(parse_channel_id(link).unwrap().as_str(), "C0123ABCD");
        assert_eq!(
            parse_member_id("https://acme.slack.com/team/U061F7AUR")
                .unwrap()
                .as_str(),
            "U061F7AUR"
        );
    }

    #[test]
    fn a_target_is_a_channel_or_a_member_by_id_or_link() {
        let link = "https://acme.slack.com/team/U061F7AUR";
        assert_eq!(Target::parse(link).unwrap().kind_key(), "member");
        assert_eq!(Target::parse(" C024BE91L ").unwrap().kind_key(), "channel");
        for (wrong, told) in [
            ("", "Enter a channel"),
            ("#sales", "not its name"),
            ("ann@example.com", "e-mail"),
            ("D024BE91L", "direct conversation"),
            ("hello", "begins with C"),
        ] {
            assert!(Target::parse(wrong).unwrap_err().contains(told), "{wrong}");
        }
    }

    #[test]
    fn escaping_leaves_no_control_character() {
        assert_eq!(
            escape_slack("<!channel> & <@U1>"),
            "&lt;!channel&gt; &amp; &lt;@U1&gt;"
        );
    }
}
