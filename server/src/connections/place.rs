//! Looking at a channel or a member with a connection, and sending a test message there.

use leadbell_dispatch::{PlaceFound, Trial, send_trial};
use leadbell_domain::{
    ConnectionId, DeliveryId, FieldErrors, Level, Outcome, Target, TokenKind, Verb, explain,
};
use leadbell_store::{Connection, ConnectionStatus};

use super::{permitted, trouble};
use crate::actor::Caller;
use crate::ids::Fresh as _;
use crate::rules::RuleError;
use crate::state::AppState;

/// What a test message reads.
const TEST_MESSAGE: &str =
    "*TEST* Leadbell can write here. Messages of tracking rules look like this one; nothing has to be done.";

/// Whether messages arrive at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// They do.
    Open,
    /// Only sending one tells.
    Untold,
    /// They do not.
    Closed,
    /// Slack could not be asked.
    NotAsked,
}

impl Reach {
    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Reach::Open => "open",
            Reach::Untold => "untold",
            Reach::Closed => "closed",
            Reach::NotAsked => "not_asked",
        }
    }
}

/// What is known of a place after a look at it.
#[derive(Clone, Debug)]
pub struct PlaceReport {
    /// Where.
    pub target: Target,
    /// What Slack calls the channel.
    pub name: Option<String>,
    /// Whether messages arrive.
    pub reach: Reach,
    /// That in words.
    pub means: String,
    /// What is to be done, with the way to click; empty for nothing.
    pub advice: String,
    /// Slack's code, if it refused.
    pub code: Option<String>,
    /// What came of the test message.
    pub sent: Option<Trial>,
}

/// Whether somebody may look at places and send there: whoever makes rules somewhere.
fn may_send(caller: &Caller) -> bool {
    Level::ALL
        .into_iter()
        .any(|level| !caller.scope(level, Verb::Manage).is_nothing())
}

/// Looks at a place with a connection that the caller may use, keeps its name, and sends a test message if that is
/// wished and not hopeless.
pub async fn look(
    state: &AppState,
    caller: &Caller,
    id: &ConnectionId,
    target: &Target,
    send: bool,
) -> Result<PlaceReport, RuleError> {
    let connection = permitted(state, caller, id, Verb::View).await?;
    if !may_send(caller) {
        return Err(RuleError::Forbidden);
    }
    if connection.status == ConnectionStatus::Broken {
        let why = trouble(&connection).unwrap_or("Slack refuses its token.");
        let message = format!("This connection does not work: {why} Check it or replace its token first.");
        return Err(RuleError::Fields(FieldErrors::one("connection", message)));
    }
    let token = state.store.connection_token(id).await?;
    let found = state.slack.look_at(&token, target).await;
    let mut report = report(&connection, target, found);
    if let Some(name) = &report.name {
        state.store.name_place(id, target, name).await?;
    } else {
        let place = (id.clone(), target.clone());
        let mut known = state.store.place_names(std::slice::from_ref(&place)).await?;
        report.name = known.remove(&place);
    }
    if send && report.reach != Reach::Closed {
        let to = (&token, target);
        let trial = send_trial(
            &state.slack,
            &*state.clock,
            to,
            (TEST_MESSAGE, None),
            &DeliveryId::fresh(),
        )
        .await;
        // Slack has posted it: whatever could not be told before is known now.
        if matches!(trial.outcome, Outcome::Sent { .. }) && report.reach != Reach::Open {
            report.reach = Reach::Open;
            "Slack posted the test message, so messages arrive here.".clone_into(&mut report.means);
            report.advice.clear();
        }
        report.sent = Some(trial);
    }
    tracing::info!(connection = %id, by = %caller.actor, reach = report.reach.key(), send, "a place is looked at");
    Ok(report)
}

fn report(connection: &Connection, target: &Target, found: PlaceFound) -> PlaceReport {
    let report = |reach, code: Option<String>, means: String, advice: String| PlaceReport {
        target: target.clone(),
        name: None,
        reach,
        means,
        advice,
        code,
        sent: None,
    };
    let is_channel = matches!(target, Target::Channel(_));
    match found {
        PlaceFound::Open { name } => PlaceReport {
            name: name.filter(|_| is_channel),
            ..report(
                Reach::Open,
                None,
                if is_channel {
                    "The app is in this channel; messages arrive.".to_owned()
                } else {
                    "The direct conversation with this member is open; messages arrive.".to_owned()
                },
                String::new(),
            )
        },
        PlaceFound::Untold(code) if code == "missing_scope" => {
            let scope = missing(connection.kind, is_channel);
            report(
                Reach::Untold,
                Some(code),
                format!("The token lacks {scope}, with which Leadbell would look."),
                format!(
                    "Send a test message to see whether it arrives. To add the scope: api.slack.com/apps → your app → OAuth & \
                     Permissions → {} → Add an OAuth Scope → {scope}, then “Reinstall to Workspace”.",
                    connection.kind.scope_heading()
                ),
            )
        }
        PlaceFound::Untold(code) => {
            let app = connection.user_name.as_deref().unwrap_or("YourApp");
            report(
                Reach::Untold,
                Some(code),
                "The channel is private, so the app can't let itself in; whether somebody has invited it shows when a message \
                 is sent."
                    .to_owned(),
                format!("In that channel, type /invite @{app} once. Then send a test message here."),
            )
        }
        PlaceFound::Refused(code) => {
            let told = explain(&code);
            let (means, advice) = (told.means.to_owned(), told.advice.to_owned());
            report(Reach::Closed, Some(code), means, advice)
        }
        PlaceFound::NotReached(code) => report(
            Reach::NotAsked,
            Some(code),
            "Slack could not be asked just now.".to_owned(),
            "Try again in a moment.".to_owned(),
        ),
    }
}

fn missing(kind: TokenKind, is_channel: bool) -> &'static str {
    match (kind, is_channel) {
        (_, false) => "im:write",
        (TokenKind::Bot, true) => "channels:join",
        (TokenKind::User, true) => "channels:write",
    }
}
