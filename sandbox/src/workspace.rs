//! The pretend workspaces: who and what exists, and the ids of direct messages.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Channel, ChannelKind, Member, Posting, Team, Token};

/// Everything that exists before anybody posts.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// By id.
    pub teams: BTreeMap<String, Team>,
    /// By id.
    pub members: BTreeMap<String, Member>,
    /// By id; direct messages appear here once opened.
    pub channels: BTreeMap<String, Channel>,
    /// By value.
    pub tokens: BTreeMap<String, Token>,
}

impl Workspace {
    /// Adds or replaces a team.
    pub fn add_team(&mut self, team: Team) {
        self.teams.insert(team.id.clone(), team);
    }

    /// Adds or replaces a member.
    pub fn add_member(&mut self, member: Member) {
        self.members.insert(member.id.clone(), member);
    }

    /// Adds or replaces a channel.
    pub fn add_channel(&mut self, channel: Channel) {
        self.channels.insert(channel.id.clone(), channel);
    }

    /// Adds or replaces a token, and its user as a member if there is none yet.
    pub fn add_token(&mut self, token: Token) {
        if !self.members.contains_key(&token.user) {
            self.add_member(Member {
                id: token.user.clone(),
                team: token.team.clone(),
                name: token.app_name.clone(),
                is_bot: token.kind == crate::model::TokenKind::Bot,
                deactivated: false,
            });
        }
        self.tokens.insert(token.value.clone(), token);
    }

    /// The direct message among these users, opened now if it was not. The same users always get the same id.
    ///
    /// Returns the id and whether it was open already.
    pub fn open_direct(&mut self, team: &str, users: &BTreeSet<String>) -> (String, bool) {
        let kind = if users.len() > 2 {
            ChannelKind::GroupDirect
        } else {
            ChannelKind::Direct
        };
        let id = direct_id(kind, team, users);
        let open = self.channels.contains_key(&id);
        if !open {
            self.add_channel(Channel {
                id: id.clone(),
                team: team.to_owned(),
                name: String::new(),
                kind,
                archived: false,
                posting: Posting::Everyone,
                members: users.clone(),
            });
        }
        (id, open)
    }

    /// A member's name, or the id if nobody has it.
    pub fn member_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.members.get(id).map_or(id, |m| m.name.as_str())
    }

    /// What a channel is called on the page: its name, or the people of a direct message (bots left out).
    pub fn channel_title(&self, channel: &Channel) -> String {
        if !channel.is_direct() {
            return channel.name.clone();
        }
        let people: Vec<&str> = channel
            .members
            .iter()
            .filter(|u| !self.members.get(*u).is_some_and(|m| m.is_bot))
            .map(|u| self.member_name(u))
            .collect();
        if people.is_empty() {
            channel.id.clone()
        } else {
            people.join(", ")
        }
    }
}

/// `D` or `G` and ten characters made from the users' ids (64-bit FNV-1a in base 36).
fn direct_id(kind: ChannelKind, team: &str, users: &BTreeSet<String>) -> String {
    const LETTERS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut eat = |text: &str| {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    eat(team);
    users.iter().for_each(|u| eat(u));
    let mut id = String::from(if kind == ChannelKind::GroupDirect {
        "G"
    } else {
        "D"
    });
    for _ in 0..10 {
        id.push(char::from(LETTERS[(hash % 36) as usize]));
        hash /= 36;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(|s| (*s).to_owned()).collect()
    }

    #[test]
    fn the_same_two_users_share_one_direct_message() {
        let mut w = Workspace::default();
        let (first, open) = w.open_direct("T1", &users(&["UA", "UB"]));
        assert!(!open);
        assert_eq!(w.open_direct("T1", &users(&["UB", "UA"])), (first.clone(), true));
        assert!(first.starts_with('D') && first.len() == 11);
        assert_ne!(w.open_direct("T1", &users(&["UA", "UC"])).0, first);
    }

    #[test]
    fn several_users_make_a_group() {
        let mut w = Workspace::default();
        let (id, _) = w.open_direct("T1", &users(&["UA", "UB", "UC"]));
        assert!(id.starts_with('G'));
    }
}
