//! Leadbell over HTTP, from outside: what the contract promises, tried on a server with a Slack sandbox beside it.
//!
//! What depends on the database runs on SQLite and on PostgreSQL (`LEADBELL_TEST_POSTGRES_URL`, which `make test` sets;
//! without it those tests fail, unless `LEADBELL_SKIP_POSTGRES=1` says that this is meant).

mod account;
mod add_to_slack;
mod adjacent;
mod audit;
mod backtests;
mod backup;
mod catalog_audit;
mod catalog_edit;
mod catalog_import;
mod catalog_lists;
mod catalog_pages;
mod catalog_rest;
mod connection_pages;
mod connection_rest;
mod core_dumps;
mod crash;
mod crash_storm;
mod crawling;
mod cross_site;
mod delivery_pages;
mod events;
mod events_refused;
mod figures;
mod form_fields;
mod forms;
mod health_pages;
mod history;
mod judging;
mod keeping;
mod large_bodies;
mod layout;
mod log_pages;
mod log_reach;
mod log_verdicts;
mod many_rules;
mod meta;
mod people;
mod places;
mod presets;
mod privacy;
mod program;
mod requests;
mod roles;
mod rotation;
mod rule_data;
mod rule_fields;
mod rule_file_pages;
mod rule_list;
mod rules;
mod rules_refused;
mod secrets;
mod sending;
mod sessions;
mod settings;
mod story;
mod support;
mod test_run;
mod threads;
mod tokens;
mod tokens_nowhere;
mod tryout_pages;
mod tryout_roles;
mod two_editors;
mod weekly;

macro_rules! on_both_databases {
    ($($module:ident: $($name:ident),+;)+) => {
        mod on_sqlite {
            $(mod $module {$(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    use crate::support::{Database, Settings, TestApp};
                    let mut app = TestApp::on(Database::sqlite(), Settings::default()).await;
                    crate::$module::$name(&mut app).await;
                }
            )+})+
        }
        mod on_postgres {
            $(mod $module {$(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    use crate::support::{Database, Settings, TestApp};
                    let Some(database) = Database::postgres().await else { return };
                    let mut app = TestApp::on(database, Settings::default()).await;
                    crate::$module::$name(&mut app).await;
                    app.crash().await;
                    app.database.remove().await;
                }
            )+})+
        }
    };
}

on_both_databases! {
    story:
        a_rule_sends_its_message_to_its_channel_with_the_placeholders_filled,
        an_event_without_names_gets_them_from_the_catalog,
        an_event_that_does_not_fit_the_filters_sends_nothing,
        an_event_known_already_sends_nothing,
        a_rule_without_filters_fires_for_every_event_of_its_trigger_and_product,
        a_message_to_a_member_opens_the_conversation_first,
        a_public_channel_that_the_app_is_not_in_is_joined_first,
        a_disabled_rule_is_silent_from_the_next_event_on_and_an_enabled_one_speaks_again,
        a_deleted_rule_is_silent_from_the_next_event_on,
        an_edited_rule_judges_the_next_event_by_its_new_version,
        rules_of_a_product_a_campaign_and_a_publisher_each_see_their_own_price;
    crash:
        what_was_queued_is_sent_after_a_crash_and_what_was_on_its_way_is_ambiguous,
        what_slack_had_posted_before_the_crash_is_not_posted_again;
    events:
        events_come_one_by_one_in_batches_and_in_lines,
        a_platform_that_can_only_call_a_url_is_heard_too,
        an_event_is_accepted_once_within_a_request_and_across_requests;
    rules:
        a_rule_is_made_read_listed_changed_and_deleted,
        a_change_of_an_old_version_is_refused;
    history:
        every_version_of_a_rule_is_told_and_can_be_brought_back_over_rest,
        a_deleted_rule_comes_back_and_speaks_again;
    rule_data:
        what_is_exported_changes_nothing_when_it_is_imported,
        a_file_is_looked_at_field_by_field_and_then_imported_whole,
        an_import_needs_a_look_and_the_rules_as_they_were_then,
        a_rule_that_cannot_be_imported_is_named_by_its_place_and_keeps_the_others_out,
        names_stand_for_ids_where_they_are_plain_and_deleted_rules_come_back;
    backtests:
        a_backtest_tells_what_the_rule_would_have_done_and_posts_nothing,
        a_backtest_belongs_to_its_key_and_can_be_cancelled,
        only_so_many_backtests_run_at_once;
    test_run:
        every_run_is_kept_and_listed_with_what_was_made_of_it;
    presets:
        a_preset_is_made_read_listed_changed_and_deleted,
        a_rule_keeps_its_preset_and_only_one_of_its_own_product;
    layout:
        layouts_are_stored_and_answered_and_wrong_ones_named,
        a_publishers_card_holds_nothing_of_the_buyers_side,
        a_card_is_posted_with_its_text_and_stands_in_the_log,
        a_test_run_tells_and_sends_the_card_marked,
        what_slack_would_cut_of_real_events_is_said_when_a_rule_is_saved,
        the_layout_travels_with_files_presets_and_versions,
        the_layout_is_chosen_on_a_page_that_shows_what_comes_of_it;
    sending:
        options_are_stored_and_answered_and_wrong_ones_named,
        repetitions_at_publisher_level_are_by_publisher_safe_values_only,
        the_options_are_changed_on_a_page_that_keeps_what_was_typed,
        ten_thousand_events_for_one_channel_are_told_in_a_handful_of_messages_and_all_accounted_for;
    threads:
        a_leads_messages_form_a_thread_whose_first_says_how_things_stand,
        threads_are_of_one_connection_and_a_test_run_is_in_none;
    log_verdicts:
        rules_that_changed_since_are_judged_as_they_were_at_arrival;
    judging:
        an_event_tells_the_verdict_of_every_rule_that_looked_at_it,
        deliveries_are_listed_by_status_rule_and_page;
}
