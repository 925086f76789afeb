use super::*;
use std::collections::BTreeSet;

#[test]
fn every_code_stands_once_and_says_what_happened_and_what_to_do() {
    let mut known = BTreeSet::new();
    for error in SLACK_ERRORS.iter().chain(OUR_CODES) {
        assert!(known.insert(error.code), "{} stands twice", error.code);
        assert!(
            error.means.ends_with('.') && !error.means.contains('_'),
            "{}",
            error.code
        );
        assert!(error.advice.text().ends_with('.'), "{}", error.code);
        let told = explain(error.code);
        assert_eq!((told.means, told.advice), (error.means, error.advice.text()));
    }
}

/// Slack's reference (August 2026), class by class, written a second time: a code that changes its class by accident is
/// a message lost or sent twice.
#[test]
fn documented_codes_are_dealt_with_by_their_class() {
    use SlackFailure::{Ambiguous, Connection, Destination, Payload, Quota, Repeated, Transient};
    let classes: [(SlackFailure, &str); 7] = [
        (
            Transient,
            "ratelimited rate_limited service_unavailable request_timeout",
        ),
        (
            Quota,
            "message_limit_exceeded team_added_to_org org_login_required",
        ),
        (Ambiguous, "internal_error fatal_error"),
        (
            Repeated,
            "duplicate_message_not_found duplicate_channel_not_found",
        ),
        (
            Connection,
            "invalid_auth not_authed token_revoked token_expired account_inactive missing_scope not_allowed_token_type \
             no_permission access_denied accesslimited app_access_restricted two_factor_setup_required \
             enterprise_is_restricted ekm_access_denied team_not_found team_access_not_granted",
        ),
        (
            Destination,
            "channel_not_found not_in_channel is_archived restricted_action restricted_action_read_only_channel \
             restricted_action_thread_only_channel restricted_action_non_threadable_channel \
             restricted_action_thread_locked cannot_reply_to_message thread_not_found messages_tab_disabled user_disabled user_not_found \
             user_not_visible invalid_user_combination slack_connect_file_upload_sharing_blocked \
             slack_connect_canvas_sharing_blocked too_many_members channel_is_limited_access \
             method_not_supported_for_channel_type",
        ),
        (
            Payload,
            "no_text msg_too_long msg_blocks_too_long invalid_blocks invalid_blocks_format too_many_attachments \
             attachment_payload_limit_exceeded too_many_contact_cards invalid_metadata_format invalid_metadata_schema \
             metadata_too_large markdown_text_conflict invalid_arguments invalid_arg_name invalid_array_arg \
             invalid_charset invalid_form_data invalid_post_type missing_post_type as_user_not_supported \
             a_code_nobody_knows",
        ),
    ];
    for (class, codes) in classes {
        for code in codes.split_whitespace() {
            assert_eq!(classify_slack_error(code), class, "{code}");
        }
    }
}

#[test]
fn a_place_is_refused_by_codes_about_the_place_and_not_by_those_about_a_message() {
    for code in [
        "is_archived",
        "channel_not_found",
        "not_in_channel",
        "user_disabled",
        "cannot_dm_bot",
    ] {
        assert!(refuses_place(code), "{code}");
    }
    for code in [
        "msg_too_long",
        "a_code_nobody_knows",
        "restricted_action_thread_locked",
        "token_revoked",
        "internal_error",
    ] {
        assert!(!refuses_place(code), "{code}");
    }
}

#[test]
fn codes_with_an_ending_of_their_own_and_unknown_ones_are_explained_too() {
    for (code, word) in [
        ("http_502", "failed"),
        ("http_407", "between"),
        ("slack_connect_blocked", "company"),
        ("brand_new_code", "not know"),
    ] {
        assert!(explain(code).means.contains(word), "{code}: {:?}", explain(code));
    }
}

#[test]
fn what_ends_a_thread_leaves_its_channel_as_it_is() {
    for code in [
        "thread_not_found",
        "message_not_found",
        "cannot_reply_to_message",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
    ] {
        assert!(ends_thread(code) && !refuses_place(code), "{code}");
    }
    for code in ["channel_not_found", "is_archived", "msg_too_long", "timeout"] {
        assert!(!ends_thread(code), "{code}");
    }
}
