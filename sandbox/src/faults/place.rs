//! Where a fault strikes: method, conversation, token.

use std::collections::BTreeSet;
use std::fmt;

use crate::mask::mask;
use crate::model::ChannelKind;
use crate::workspace::Workspace;

/// What a call must have to be hit; none means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub method: Option<String>,
    /// A conversation's or a member's id.
    pub channel: Option<String>,
    pub token: Option<Secret>,
}

/// A token that `Debug` shows masked.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask(&self.0))
    }
}

/// What matters of a call.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    pub method: &'a str,
    pub token: Option<&'a str>,
    /// Every id its conversation goes by; empty if it names none.
    pub conversation: BTreeSet<&'a str>,
}

impl<'a> Facts<'a> {
    /// `target` is the call's `channel` or `users`. A member and the direct message with that member are the same
    /// place, and so are `#sales` and its id.
    pub fn new(method: &'a str, token: Option<&'a str>, target: Option<&'a str>, w: &'a Workspace) -> Self {
        let mut conversation = BTreeSet::new();
        if let Some(target) = target {
            conversation.insert(target);
            conversation.extend(target.split(',').map(str::trim));
            let name = target.strip_prefix('#').unwrap_or(target);
            let named = |c: &&crate::model::Channel| c.kind == ChannelKind::Public && c.name == name;
            conversation.extend(w.channels.values().filter(named).map(|c| c.id.as_str()));
            let me = token.and_then(|t| w.tokens.get(t)).map(|t| t.user.as_str());
            for c in w.channels.values().filter(|c| c.kind == ChannelKind::Direct) {
                let others = c.members.iter().map(String::as_str).filter(|m| Some(*m) != me);
                if c.id == target {
                    conversation.extend(others);
                } else if me.is_some_and(|me| c.members.contains(me)) && others.eq([target]) {
                    conversation.insert(&c.id);
                }
            }
        }
        Self {
            method,
            token,
            conversation,
        }
    }
}

impl Place {
    /// Whether a call is there.
    pub fn fits(&self, call: &Facts<'_>) -> bool {
        self.method.as_deref().is_none_or(|m| m == call.method)
            && self
                .channel
                .as_deref()
                .is_none_or(|c| call.conversation.contains(c))
            && self
                .token
                .as_ref()
                .is_none_or(|t| Some(t.0.as_str()) == call.token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo;

    fn at(channel: &str) -> Place {
        Place {
            channel: Some(channel.into()),
            ..Place::default()
        }
    }

    #[test]
    fn a_channel_is_found_by_id_and_by_name() {
        let w = demo::workspace();
        let fits = |target| at(demo::SALES).fits(&Facts::new("chat.postMessage", None, target, &w));
        assert!(fits(Some(demo::SALES)) && fits(Some("#sales")) && fits(Some("sales")));
        assert!(!fits(Some(demo::CALLS)) && !fits(None));
    }

    #[test]
    fn a_member_and_the_direct_message_with_that_member_are_one_place() {
        let mut w = demo::workspace();
        let pair = |a: &str, b: &str| BTreeSet::from([a.to_owned(), b.to_owned()]);
        let (direct, _) = w.open_direct(demo::TEAM, &pair(demo::BOT_USER, demo::BEN_RUIZ));
        let (others, _) = w.open_direct(demo::TEAM, &pair(demo::JOINING_BOT_USER, demo::BEN_RUIZ));
        let call = |target| Facts::new("chat.postMessage", Some(demo::BOT_TOKEN), Some(target), &w);
        assert!(at(demo::BEN_RUIZ).fits(&call(&direct)));
        assert!(at(&direct).fits(&call(demo::BEN_RUIZ)));
        assert!(!at(&others).fits(&call(demo::BEN_RUIZ)));
        assert!(!at(demo::ANN_KIM).fits(&call(&direct)));
        assert!(!at(demo::BOT_USER).fits(&call(&direct)));
        assert!(at(demo::ANN_KIM).fits(&call("U0BENRUIZ,U0ANNKIM1")));
    }

    #[test]
    fn a_place_never_shows_its_token() {
        let place = Place {
            token: Some(Secret(demo::BOT_TOKEN.into())),
            ..Place::default()
        };
        assert!(!format!("{place:?}").contains(demo::BOT_TOKEN));
    }
}
