//! The handle tests and the demo hold: look, wait, change the workspace, switch faults on.

use std::sync::Arc;

use crate::faults::{Fault, FaultReport};
use crate::model::{Channel, Member, Team, Token};
use crate::record::{Call, Message};
use crate::state::{Event, Shared, State};
use crate::workspace::Workspace;

/// Looks into a running sandbox and steers it. Cheap to clone.
#[derive(Clone)]
pub struct SandboxHandle {
    pub(crate) shared: Arc<Shared>,
}

impl SandboxHandle {
    /// Every message still remembered, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.shared.lock().messages.iter().cloned().collect()
    }

    /// The messages of one channel, oldest first.
    pub fn messages_in(&self, channel: &str) -> Vec<Message> {
        self.shared
            .lock()
            .messages
            .iter()
            .filter(|m| m.channel == channel)
            .cloned()
            .collect()
    }

    /// Every call still remembered, oldest first, refused ones included.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.lock().calls.iter().cloned().collect()
    }

    /// The calls of one method, oldest first.
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        self.shared
            .lock()
            .calls
            .iter()
            .filter(|c| c.method == method)
            .cloned()
            .collect()
    }

    /// Messages posted since the start or the last reset.
    pub fn posted(&self) -> u64 {
        self.shared.lock().posted
    }

    /// Calls answered 429 since the start or the last reset.
    pub fn rate_limited(&self) -> u64 {
        self.shared.lock().rate_limited
    }

    /// The workspace as it stands (direct messages opened, channels joined).
    pub fn workspace(&self) -> Workspace {
        self.shared.lock().workspace.clone()
    }

    /// The first message that matches, past or coming. Never returns if none comes: wrap it in a timeout.
    pub async fn wait_for_message(&self, matches: impl Fn(&Message) -> bool) -> Message {
        self.wait(|s| s.messages.iter().find(|m| matches(m)).cloned())
            .await
    }

    /// The first call that matches, past or coming. A held call is seen as soon as it has arrived.
    pub async fn wait_for_call(&self, matches: impl Fn(&Call) -> bool) -> Call {
        self.wait(|s| s.calls.iter().find(|c| matches(c)).cloned()).await
    }

    /// Returns once `count` messages were posted since the start or the last reset: all those remembered.
    pub async fn wait_for_messages(&self, count: u64) -> Vec<Message> {
        self.wait(|s| (s.posted >= count).then(|| s.messages.iter().cloned().collect()))
            .await
    }

    /// Returns once `count` calls of `method` are remembered.
    pub async fn wait_for_calls(&self, method: &str, count: usize) -> Vec<Call> {
        self.wait(|s| {
            let calls: Vec<&Call> = s.calls.iter().filter(|c| c.method == method).collect();
            (calls.len() >= count).then(|| calls.into_iter().cloned().collect())
        })
        .await
    }

    async fn wait<T>(&self, look: impl Fn(&State) -> Option<T>) -> T {
        let mut changes = self.shared.watch();
        loop {
            changes.mark_unchanged();
            if let Some(found) = look(&self.shared.lock()) {
                return found;
            }
            if changes.changed().await.is_err() {
                // Cannot happen while `self` keeps the sender alive; waiting on is the only truthful answer.
                std::future::pending::<()>().await;
            }
        }
    }

    /// The next `times` calls of `method` get this answer.
    pub fn fail_next(&self, method: &str, times: u32, fault: Fault) {
        self.switch_on(fault.of_method(method).times(times));
    }

    /// The next `times` calls of `method` whose `channel` (or `users`) is this get this answer.
    pub fn fail_next_in(&self, method: &str, channel: &str, times: u32, fault: Fault) {
        self.switch_on(fault.of_method(method).in_channel(channel).times(times));
    }

    /// Switches a fault on until it is used up or switched off, and gives its id.
    pub fn switch_on(&self, fault: Fault) -> u64 {
        self.shared
            .change_faults(|faults, now_ms| faults.switch_on(fault, now_ms))
    }

    /// Switches a fault off and lets go of the calls it holds. False if there is none with this id.
    pub fn switch_off(&self, id: u64) -> bool {
        self.shared.change_faults(|faults, _| faults.switch_off(id))
    }

    /// Switches every fault off and lets go of the calls they hold.
    pub fn clear_faults(&self) {
        self.shared.change_faults(|faults, _| faults.clear());
    }

    /// The faults switched on, oldest first, and the last ones that are over.
    pub fn faults(&self) -> Vec<FaultReport> {
        let now_ms = self.shared.now();
        let state = self.shared.lock();
        state.faults.reports(&state.workspace, now_ms)
    }

    /// Lets every held call go: with its true answer if it did its work, else with 503.
    pub fn release_held(&self) {
        self.shared.releases.send_modify(|n| *n += 1);
    }

    /// Fills every rate limit bucket again.
    pub fn refill_limits(&self) {
        self.shared.lock().limiter.clear();
    }

    /// Deletes a message, as its author could; answers whether it was there.
    pub fn delete_message(&self, channel: &str, ts: &str) -> bool {
        let mut state = self.shared.lock();
        let taken = state
            .messages
            .take(|m| m.channel == channel && m.ts == ts)
            .is_some();
        if taken {
            self.shared.announce(&mut state, Event::Workspace);
        }
        taken
    }

    /// Everything back to the start: messages, calls, limits, faults, workspace.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Whether tokens given by "Add to Slack" from now on are exchanged for others after twelve hours.
    pub fn rotate_tokens(&self, yes: bool) {
        self.shared.lock().oauth.rotates = yes;
    }

    /// Adds or replaces a team.
    pub fn add_team(&self, team: Team) {
        self.edit(|w| w.add_team(team));
    }

    /// Adds or replaces a member.
    pub fn add_member(&self, member: Member) {
        self.edit(|w| w.add_member(member));
    }

    /// Adds or replaces a channel.
    pub fn add_channel(&self, channel: Channel) {
        self.edit(|w| w.add_channel(channel));
    }

    /// Adds or replaces a token.
    pub fn add_token(&self, token: Token) {
        self.edit(|w| w.add_token(token));
    }

    /// Changes a channel (archive it, take a member out…). False if there is none with this id.
    pub fn change_channel(&self, id: &str, change: impl FnOnce(&mut Channel)) -> bool {
        self.edit(|w| w.channels.get_mut(id).map(change).is_some())
    }

    /// Changes a token (revoke it, take a scope away…). False if there is none with this value.
    pub fn change_token(&self, value: &str, change: impl FnOnce(&mut Token)) -> bool {
        self.edit(|w| w.tokens.get_mut(value).map(change).is_some())
    }

    /// Changes a member. False if there is none with this id.
    pub fn change_member(&self, id: &str, change: impl FnOnce(&mut Member)) -> bool {
        self.edit(|w| w.members.get_mut(id).map(change).is_some())
    }

    fn edit<T>(&self, change: impl FnOnce(&mut Workspace) -> T) -> T {
        let mut state = self.shared.lock();
        let result = change(&mut state.workspace);
        self.shared.announce(&mut state, Event::Workspace);
        result
    }
}

impl std::fmt::Debug for SandboxHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SandboxHandle").finish_non_exhaustive()
    }
}
