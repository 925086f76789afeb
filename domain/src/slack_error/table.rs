//! The codes, by what is done about them.

use super::{Advice, SlackError, SlackFailure};

const fn code(code: &'static str, failure: SlackFailure, means: &'static str, advice: Advice) -> SlackError {
    SlackError {
        code,
        failure,
        means,
        advice,
    }
}

const fn later(text: &'static str, means: &'static str) -> SlackError {
    code(text, SlackFailure::Transient, means, Advice::Wait)
}

const fn perhaps(text: &'static str, means: &'static str) -> SlackError {
    code(text, SlackFailure::Ambiguous, means, Advice::Look)
}

const fn connection(text: &'static str, means: &'static str, advice: Advice) -> SlackError {
    code(text, SlackFailure::Connection, means, advice)
}

const fn place(text: &'static str, means: &'static str, advice: Advice) -> SlackError {
    code(text, SlackFailure::Destination, means, advice)
}

const fn message(text: &'static str, means: &'static str, advice: Advice) -> SlackError {
    code(text, SlackFailure::Payload, means, advice)
}

const MALFORMED: &str = "Slack could not read what Leadbell sent.";
const POSTING: &str = "Not everybody may post in this channel.";
const GONE_BEFORE: &str = "The message was posted before and can't be found in Slack any more.";

/// Every code of Slack's that is known.
#[rustfmt::skip]
pub const SLACK_ERRORS: &[SlackError] = &[
    later("ratelimited", "Slack gets too many messages just now."),
    later("rate_limited", "Slack gets too many messages just now."),
    later("service_unavailable", "Slack is out of service for a moment."),
    later("request_timeout", "Slack did not get the whole message."),

    code("team_added_to_org", SlackFailure::Quota, "The workspace is being moved into an organisation.", Advice::Wait),
    code("org_login_required", SlackFailure::Quota, "The workspace is being moved into an organisation.", Advice::Wait),
    code("message_limit_exceeded", SlackFailure::Quota, "The workspace has used up its messages.", Advice::Plan),

    perhaps("internal_error", "Slack failed in the middle; perhaps the message was posted."),
    perhaps("fatal_error", "Slack failed in the middle; perhaps the message was posted."),

    code("duplicate_message_not_found", SlackFailure::Repeated, GONE_BEFORE, Advice::Nothing),
    code("duplicate_channel_not_found", SlackFailure::Repeated, GONE_BEFORE, Advice::Nothing),

    connection("invalid_auth", "Slack does not know the token.", Advice::Token),
    connection("not_authed", "Slack got no token.", Advice::Token),
    connection("token_revoked", "The token was revoked, or the app was removed from the workspace.", Advice::Token),
    connection("token_expired", "The token's time has run out.", Advice::Renew),
    connection("account_inactive", "The app's user or the workspace is gone.", Advice::Token),
    connection("not_allowed_token_type", "Tokens of this kind may not post messages.", Advice::Token),
    connection("team_not_found", "The token's workspace is gone.", Advice::Token),
    connection("missing_scope", "The token lacks a scope.", Advice::Scope),
    connection("no_permission", "The token's owner may not do this in the workspace.", Advice::Workspace),
    connection("access_denied", "The workspace denies the app access.", Advice::Workspace),
    connection("accesslimited", "The workspace limits what the app may do.", Advice::Workspace),
    connection("app_access_restricted", "The workspace restricts the app.", Advice::Workspace),
    connection("two_factor_setup_required", "The token's owner has to set up two-factor login in Slack.", Advice::Workspace),
    connection("enterprise_is_restricted", "The organisation does not allow this call.", Advice::Workspace),
    connection("ekm_access_denied", "The organisation has suspended messages by its own keys.", Advice::Workspace),
    connection("team_access_not_granted", "The app was not given access to this workspace.", Advice::Workspace),

    place("channel_not_found", "The channel does not exist, or is private and the app is not in it.", Advice::Invite),
    place("not_in_channel", "The app is not in the channel.", Advice::Invite),
    place("is_archived", "The channel is archived.", Advice::Channel),
    place("channel_is_limited_access", "The channel admits only some people.", Advice::Posting),
    place("too_many_members", "The channel has too many members for the app to join.", Advice::Invite),
    place("method_not_supported_for_channel_type", "The app can't let itself into this kind of channel.", Advice::Invite),
    place("restricted_action", POSTING, Advice::Posting),
    place("restricted_action_read_only_channel", "The channel is read-only.", Advice::Posting),
    place("restricted_action_thread_only_channel", "The channel takes replies in threads only.", Advice::Posting),
    place("restricted_action_non_threadable_channel", "The channel takes no threads.", Advice::Posting),
    place("restricted_action_thread_locked", "The thread is locked.", Advice::Posting),
    place("cannot_reply_to_message", "This message takes no replies.", Advice::Posting),
    place("thread_not_found", "The thread to reply to is gone.", Advice::Nothing),
    place("message_not_found", "The message to reply to or to change is gone.", Advice::Nothing),
    place("cant_update_message", "The message can't be changed any more.", Advice::Nothing),
    place("edit_window_closed", "The workspace lets messages be changed for a while only.", Advice::Nothing),
    place("messages_tab_disabled", "The app takes no direct messages.", Advice::MessagesTab),
    place("user_disabled", "The member has left the workspace.", Advice::Member),
    place("user_not_found", "There is no such member in the token's workspace.", Advice::Member),
    place("user_not_visible", "The app may not see this member.", Advice::Member),
    place("invalid_user_combination", "Slack opens no conversation with this member.", Advice::Member),
    place("cannot_dm_bot", "Apps can't write to apps.", Advice::Member),
    place("not_enough_users", "Slack was told no member.", Advice::Member),
    place("too_many_users", "Slack was told too many members.", Advice::Member),
    place("users_list_not_supplied", "Slack was told no member.", Advice::Member),

    message("no_text", "The message was empty.", Advice::Message),
    message("msg_too_long", "The message is longer than Slack takes.", Advice::Shorten),
    message("msg_blocks_too_long", "The message's parts together are longer than Slack takes.", Advice::Shorten),
    message("too_many_attachments", "The message has more attachments than Slack takes.", Advice::Shorten),
    message("attachment_payload_limit_exceeded", "The message's attachments are larger than Slack takes.", Advice::Shorten),
    message("too_many_contact_cards", "The message has more contact cards than Slack takes.", Advice::Shorten),
    message("metadata_too_large", "The message's hidden data is larger than Slack takes.", Advice::Report),
    message("invalid_metadata_format", MALFORMED, Advice::Report),
    message("invalid_metadata_schema", MALFORMED, Advice::Report),
    message("metadata_must_be_sent_from_app", MALFORMED, Advice::Report),
    message("markdown_text_conflict", MALFORMED, Advice::Report),
    message("invalid_blocks", MALFORMED, Advice::Report),
    message("invalid_blocks_format", MALFORMED, Advice::Report),
    message("invalid_arguments", MALFORMED, Advice::Report),
    message("invalid_arg_name", MALFORMED, Advice::Report),
    message("invalid_array_arg", MALFORMED, Advice::Report),
    message("invalid_charset", MALFORMED, Advice::Report),
    message("invalid_form_data", MALFORMED, Advice::Report),
    message("invalid_post_type", MALFORMED, Advice::Report),
    message("missing_post_type", MALFORMED, Advice::Report),
    message("missing_charset", MALFORMED, Advice::Report),
    message("invalid_json", MALFORMED, Advice::Report),
    message("json_not_object", MALFORMED, Advice::Report),
    message("as_user_not_supported", MALFORMED, Advice::Report),
    message("deprecated_endpoint", "Slack has given up the method Leadbell calls.", Advice::Report),
    message("method_deprecated", "Slack has given up the method Leadbell calls.", Advice::Report),
    message("unknown_method", "Slack does not know the method Leadbell calls.", Advice::Report),
];

/// Leadbell's own codes, for what no answer of Slack says.
#[rustfmt::skip]
pub const OUR_CODES: &[SlackError] = &[
    code("connect_failed", SlackFailure::Transient, "Slack could not be reached.", Advice::Wait),
    code("bad_address", SlackFailure::Transient, "The address of Slack is not one.", Advice::Network),
    code("out_of_time", SlackFailure::Transient, "There was no time left to post it safely.", Advice::Wait),
    code("given_up", SlackFailure::Payload, "Somebody gave it up while its channel or member took no messages.", Advice::Nothing),
    code("not_arrived", SlackFailure::Payload, "Somebody looked into the channel, and it was not there.", Advice::Nothing),
    code("in_summary", SlackFailure::Payload, "Many came at once, and a summary told them together.", Advice::Nothing),
    code("repeat", SlackFailure::Payload, "The same was told before, within the time that the rule names.", Advice::Nothing),
    code("over_cap", SlackFailure::Payload, "The rule had sent as many messages as it may.", Advice::Nothing),
    code("quiet_hours", SlackFailure::Payload, "It came in the rule's quiet hours.", Advice::Nothing),
    code("held_for_quiet_hours", SlackFailure::Payload, "It waits for the end of the rule's quiet hours and is told then.", Advice::Nothing),
    code("held_for_summary", SlackFailure::Payload, "It waits for the summary that follows the first messages.", Advice::Nothing),
    perhaps("timeout", "Slack had the message and did not answer in time; perhaps it was posted."),
    perhaps("connection_lost", "The connection broke while Slack had the message; perhaps it was posted."),
    perhaps("lease_expired", "Leadbell was stopped while Slack had the message; perhaps it was posted."),
    perhaps("restored", "It waited when the backup was made that came back since; perhaps it was posted in between."),
    perhaps("answer_without_receipt", "Slack said yes and named no message; perhaps it was posted."),
    perhaps("unreadable_answer", "Slack's answer could not be read; perhaps the message was posted."),
];
