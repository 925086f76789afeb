//! The workspace "Leadbell Demo": ids and tokens that stay the same, for demos, tests and documentation.
//!
//! The tokens are pretend: they open nothing outside this sandbox. `sandbox/README.md` lists them.

use crate::model::{Channel, Member, Posting, Team, Token, TokenState};
use crate::workspace::Workspace;

/// The team's id.
pub const TEAM: &str = "T0LEADBEL";
/// The app's client id and secret, for "Add to Slack".
pub const CLIENT_ID: &str = "4242.4242";
/// Proves to the sandbox that it is the app who asks.
pub const CLIENT_SECRET: &str = "sandbox-client-secret-0009";
/// The user behind the app "Leadbell".
pub const BOT_USER: &str = "U0LEADBOT";
/// The user behind the app "Leadbell Lite".
pub const JOINING_BOT_USER: &str = "U0LITEBOT";

/// Bot token with all four scopes: chat:write, chat:write.public, channels:join, im:write.
pub const BOT_TOKEN: &str = "xoxb-sandbox-leadbell-full-0001";
/// Bot token without chat:write.public: it must join a public channel before it can post there.
pub const JOINING_BOT_TOKEN: &str = "xoxb-sandbox-leadbell-join-0002";
/// User token of Ann Kim: chat:write, channels:write, im:write.
pub const USER_TOKEN: &str = "xoxp-sandbox-leadbell-user-0003";
/// Bot token that was revoked.
pub const REVOKED_TOKEN: &str = "xoxb-sandbox-leadbell-gone-0004";
/// Bot token that lacks chat:write (it has channels:join and im:write).
pub const NO_WRITE_TOKEN: &str = "xoxb-sandbox-leadbell-less-0005";
/// Bot token of a switched-off account.
pub const INACTIVE_TOKEN: &str = "xoxb-sandbox-leadbell-idle-0006";
/// Rotating bot token past its twelve hours.
pub const EXPIRED_TOKEN: &str = "xoxe.xoxb-sandbox-leadbell-past-0007";
/// Bot token of an app whose Messages tab is off: it cannot send direct messages.
pub const NO_MESSAGES_TAB_TOKEN: &str = "xoxb-sandbox-leadbell-mute-0008";

/// Public, the bot is inside.
pub const SALES: &str = "C0SALES01";
/// Public, the bot is inside.
pub const CALLS: &str = "C0CALLS01";
/// Public, no bot inside: `chat:write.public` or a join is needed.
pub const REJECTS: &str = "C0REJECTS";
/// Private, the bot was invited.
pub const BLUE_TRAFFIC: &str = "C0BLUETRF";
/// Private, the bot was not invited: `channel_not_found`.
pub const OPS_PRIVATE: &str = "C0OPSPRIV";
/// Archived: `is_archived`.
pub const ARCHIVED: &str = "C0ARCHIVE";
/// Read-only: `restricted_action_read_only_channel`.
pub const READ_ONLY: &str = "C0READONL";
/// Apps are kept out by a workspace preference: `restricted_action`.
pub const RESTRICTED: &str = "C0GENERAL";

/// Account manager.
pub const ANN_KIM: &str = "U0ANNKIM1";
/// Account manager.
pub const BEN_RUIZ: &str = "U0BENRUIZ";
/// The publisher Blue Traffic's person.
pub const DANA_BLUE: &str = "U0DANABLU";
/// A member whose account was switched off.
pub const DEACTIVATED: &str = "U0GONEGUY";

/// The four scopes Leadbell asks for as a bot.
pub const BOT_SCOPES: [&str; 4] = ["channels:join", "chat:write", "chat:write.public", "im:write"];

/// The whole demo workspace.
pub fn workspace() -> Workspace {
    let mut w = Workspace::default();
    w.add_team(Team {
        id: TEAM.into(),
        name: "Leadbell Demo".into(),
        domain: "leadbell-demo".into(),
    });
    for (id, name, is_bot, deactivated) in [
        (ANN_KIM, "Ann Kim", false, false),
        (BEN_RUIZ, "Ben Ruiz", false, false),
        (DANA_BLUE, "Dana Blue", false, false),
        (DEACTIVATED, "Gil Former", false, true),
        (BOT_USER, "leadbell", true, false),
        (JOINING_BOT_USER, "leadbell-lite", true, false),
    ] {
        w.add_member(Member {
            id: id.into(),
            team: TEAM.into(),
            name: name.into(),
            is_bot,
            deactivated,
        });
    }
    let people = [ANN_KIM, BEN_RUIZ];
    for channel in [
        Channel::public(SALES, TEAM, "sales")
            .with_members(&people)
            .with_members(&[BOT_USER]),
        Channel::public(CALLS, TEAM, "calls")
            .with_members(&people)
            .with_members(&[BOT_USER]),
        Channel::public(REJECTS, TEAM, "rejects").with_members(&people),
        Channel::private(BLUE_TRAFFIC, TEAM, "blue-traffic").with_members(&[ANN_KIM, DANA_BLUE, BOT_USER]),
        Channel::private(OPS_PRIVATE, TEAM, "ops-private").with_members(&people),
        Channel {
            archived: true,
            ..Channel::public(ARCHIVED, TEAM, "old-campaigns")
        },
        Channel {
            posting: Posting::ReadOnly,
            ..Channel::public(READ_ONLY, TEAM, "announcements").with_members(&[BOT_USER])
        },
        Channel {
            posting: Posting::Restricted,
            ..Channel::public(RESTRICTED, TEAM, "general")
                .with_members(&people)
                .with_members(&[BOT_USER])
        },
    ] {
        w.add_channel(channel);
    }
    let leadbell = |value: &str, scopes: &[&str]| Token::bot(value, TEAM, BOT_USER, scopes);
    let mute = Token {
        messages_tab: false,
        ..Token::bot(NO_MESSAGES_TAB_TOKEN, TEAM, "U0MUTEBOT", &BOT_SCOPES)
    };
    for token in [
        leadbell(BOT_TOKEN, &BOT_SCOPES),
        Token::bot(
            JOINING_BOT_TOKEN,
            TEAM,
            JOINING_BOT_USER,
            &["channels:join", "chat:write", "im:write"],
        )
        .of_app("A0LEADLIT", "B0LEADLIT", "Leadbell Lite"),
        Token::user(
            USER_TOKEN,
            TEAM,
            ANN_KIM,
            &["channels:write", "chat:write", "im:write"],
        ),
        leadbell(REVOKED_TOKEN, &BOT_SCOPES).in_state(TokenState::Revoked),
        leadbell(NO_WRITE_TOKEN, &["channels:join", "im:write"]),
        leadbell(INACTIVE_TOKEN, &BOT_SCOPES).in_state(TokenState::AccountInactive),
        leadbell(EXPIRED_TOKEN, &BOT_SCOPES).in_state(TokenState::Expired),
        mute.of_app("A0LEADMUT", "B0LEADMUT", "Leadbell Mute"),
    ] {
        w.add_token(token);
    }
    w
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_and_member_id_has_the_shape_leadbell_accepts() {
        let w = workspace();
        for id in w.channels.keys().chain(w.members.keys()) {
            let (first, rest) = id.split_at(1);
            assert!("CGDUW".contains(first), "{id}");
            assert!((7..=20).contains(&rest.len()), "{id}");
            assert!(
                rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()),
                "{id}"
            );
        }
    }

    #[test]
    fn every_token_can_be_told_apart_when_masked() {
        let w = workspace();
        let masked: std::collections::BTreeSet<String> =
            w.tokens.keys().map(|t| crate::mask::mask(t)).collect();
        assert_eq!(masked.len(), w.tokens.len());
    }
}
