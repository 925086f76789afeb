//! Every error code that Slack documents, and what becomes of a message that gets it: the outcome of the call, the state
//! of the delivery on the real database, what else waits for it, and what people are told to do.

use leadbell_domain::{Advice, Outcome, explain};
use leadbell_store::{ConnectionScope, ConnectionStatus, DestinationQuery};

use super::database::Database;
use super::world::World;
use super::{STARTS, command::Choice};
use crate::outcome::of_post;
use crate::send::{LastCall, Report};
use crate::slack::{Answer, Said};

/// Outcome, state, what waits, advice; and the codes.
type Class = (&'static str, &'static str, Waits, Advice, &'static str);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waits {
    /// Nothing else.
    Nothing,
    /// Everything for this channel or member, for the time that Slack or we think right.
    Place,
    /// Everything for this channel or member, until it takes messages again.
    RefusedPlace,
    /// Everything of this connection, until it works again.
    Connection,
}

/// Part 1.4 of what is known of Slack, read anew from its reference.
const CLASSES: [Class; 25] = [
    (
        "permanent",
        "failed",
        Waits::Nothing,
        Advice::Nothing,
        "thread_not_found message_not_found cant_update_message edit_window_closed",
    ),
    (
        "rate_limited",
        "retrying",
        Waits::Place,
        Advice::Wait,
        "ratelimited rate_limited",
    ),
    (
        "transient",
        "retrying",
        Waits::Place,
        Advice::Wait,
        "service_unavailable request_timeout",
    ),
    (
        "rate_limited",
        "retrying",
        Waits::Place,
        Advice::Wait,
        "team_added_to_org org_login_required",
    ),
    (
        "rate_limited",
        "retrying",
        Waits::Place,
        Advice::Plan,
        "message_limit_exceeded",
    ),
    (
        "ambiguous",
        "ambiguous",
        Waits::Nothing,
        Advice::Look,
        "internal_error fatal_error",
    ),
    (
        "repeated",
        "sent",
        Waits::Nothing,
        Advice::Nothing,
        "duplicate_message_not_found duplicate_channel_not_found",
    ),
    (
        "permanent",
        "retrying",
        Waits::Connection,
        Advice::Token,
        "invalid_auth not_authed token_revoked account_inactive not_allowed_token_type team_not_found",
    ),
    (
        "permanent",
        "retrying",
        Waits::Connection,
        Advice::Renew,
        "token_expired",
    ),
    (
        "permanent",
        "retrying",
        Waits::Connection,
        Advice::Scope,
        "missing_scope",
    ),
    (
        "permanent",
        "retrying",
        Waits::Connection,
        Advice::Workspace,
        "no_permission access_denied accesslimited app_access_restricted two_factor_setup_required \
         enterprise_is_restricted ekm_access_denied team_access_not_granted",
    ),
    (
        "permanent",
        "retrying",
        Waits::RefusedPlace,
        Advice::Invite,
        "channel_not_found not_in_channel",
    ),
    (
        "permanent",
        "retrying",
        Waits::RefusedPlace,
        Advice::Invite,
        "too_many_members method_not_supported_for_channel_type",
    ),
    (
        "permanent",
        "retrying",
        Waits::RefusedPlace,
        Advice::Channel,
        "is_archived",
    ),
    (
        "permanent",
        "retrying",
        Waits::RefusedPlace,
        Advice::Posting,
        "restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel \
         channel_is_limited_access",
    ),
    (
        "permanent",
        "retrying",
        Waits::RefusedPlace,
        Advice::MessagesTab,
        "messages_tab_disabled",
    ),
    (
        "permanent",
        "retrying",
        Waits::RefusedPlace,
        Advice::Member,
        "user_disabled user_not_found user_not_visible invalid_user_combination cannot_dm_bot not_enough_users \
         too_many_users users_list_not_supplied",
    ),
    // About a thread, a file or another message: this one alone.
    (
        "permanent",
        "failed",
        Waits::Nothing,
        Advice::Posting,
        "restricted_action_non_threadable_channel restricted_action_thread_locked cannot_reply_to_message \
         slack_connect_file_upload_sharing_blocked slack_connect_canvas_sharing_blocked slack_connect_clip_sharing_blocked",
    ),
    (
        "permanent",
        "failed",
        Waits::Nothing,
        Advice::Nothing,
        "message_not_found cant_update_message",
    ),
    ("permanent", "failed", Waits::Nothing, Advice::Message, "no_text"),
    (
        "permanent",
        "failed",
        Waits::Nothing,
        Advice::Shorten,
        "msg_too_long msg_blocks_too_long too_many_attachments attachment_payload_limit_exceeded too_many_contact_cards",
    ),
    (
        "permanent",
        "failed",
        Waits::Nothing,
        Advice::Report,
        "metadata_too_large invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app \
         markdown_text_conflict invalid_blocks invalid_blocks_format",
    ),
    (
        "permanent",
        "failed",
        Waits::Nothing,
        Advice::Report,
        "invalid_arguments invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_post_type \
         missing_post_type missing_charset invalid_json json_not_object as_user_not_supported",
    ),
    (
        "permanent",
        "failed",
        Waits::Nothing,
        Advice::Report,
        "deprecated_endpoint method_deprecated unknown_method",
    ),
    // No code of tomorrow can loop.
    (
        "permanent",
        "failed",
        Waits::Nothing,
        Advice::Report,
        "a_code_nobody_knows",
    ),
];

fn report(code: &str) -> Report {
    let called = Ok(Answer {
        status: 200,
        retry_after_ms: 7_000,
        scopes: Vec::new(),
        said: Said::No(code.to_owned()),
    });
    Report {
        thread_ts: None,
        outcome: of_post(&called),
        last_call: LastCall::Post,
        http_status: Some(200),
        note: None,
        resolved_channel: None,
        posted_at: None,
    }
}

fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Sent { .. } => "sent",
        Outcome::RateLimited { .. } => "rate_limited",
        Outcome::Transient { .. } => "transient",
        Outcome::Repeated { .. } => "repeated",
        Outcome::Ambiguous { .. } => "ambiguous",
        Outcome::Permanent { .. } => "permanent",
    }
}

/// What waits besides the message, as the database says.
async fn waits(db: &Database) -> Waits {
    let store = &db.stores[0];
    let all = ConnectionScope::All;
    let connection = store
        .find_connection(&db.connections[0], &all)
        .await
        .unwrap()
        .unwrap();
    if connection.status == ConnectionStatus::Broken {
        return Waits::Connection;
    }
    let query = DestinationQuery {
        scope: all,
        only_refused: false,
        limit: 10,
    };
    let states = store.destination_states(&query).await.unwrap();
    match states.first() {
        Some(state) if state.fault_code.is_some() => Waits::RefusedPlace,
        Some(state) if state.paused_until > STARTS[0] => Waits::Place,
        _ => Waits::Nothing,
    }
}

#[tokio::test]
async fn every_documented_code_has_its_outcome_state_and_advice() {
    let db = Database::sqlite().await;
    let mut tried = Vec::new();
    for (outcome, status, waiting, advice, codes) in CLASSES {
        for code in codes.split_whitespace() {
            let mut world = World::new(&db, STARTS[0], &[Choice::Every; 4]).await;
            let report = report(code);
            assert_eq!(name(&report.outcome), outcome, "{code}");
            world.arrive(0, 1).await;
            world.look(0).await.unwrap();
            world.answered(0, 0, &report).await;
            let rows = db.rows().await;
            assert_eq!(rows[0].status, status, "{code}");
            assert_eq!(waits(&db).await, waiting, "{code}");
            let said = explain(code);
            assert_eq!(said.advice, advice.text(), "{code}");
            assert!(said.means.len() > 10, "{code}");
            tried.push(code);
        }
    }
    for known in leadbell_domain::SLACK_ERRORS {
        assert!(tried.contains(&known.code), "{} is not in this table", known.code);
    }
}
