//! One suite for both databases: whatever the `Store` trait promises, SQLite and PostgreSQL must keep alike.
//!
//! Each behaviour is one function that takes a [`support::Bench`]; the list below runs it on a fresh SQLite file and
//! in a fresh PostgreSQL schema. PostgreSQL is found through `LEADBELL_TEST_POSTGRES_URL`, which `make test` sets;
//! without it those tests fail, unless `LEADBELL_SKIP_POSTGRES=1` says that this is meant.

mod accounts;
mod adjacent;
mod alerts;
mod audit;
mod cards;
mod catalog;
mod catalog_edit;
mod catalog_import;
mod catalog_plans;
mod catalog_uses;
mod concurrency;
mod connection_desk;
mod connection_faults;
mod connections;
mod delivery_log;
mod destination_faults;
mod durability;
mod event_log;
mod events;
mod figures;
mod keeping;
mod leases;
mod lists;
mod log_plans;
mod long_lists;
mod people;
mod places;
mod presets;
mod reports;
mod rule_batches;
mod rule_data;
mod rule_lists;
mod rule_versions;
mod rules;
mod rules_at;
mod rules_at_once;
mod samples;
mod schema;
mod scopes;
mod sealed;
mod sending;
mod set_back;
mod settings;
mod settling;
mod slack_apps;
mod support;
mod thread_lines;
mod threads;
mod tryout;
mod turns;

macro_rules! on_both_databases {
    ($($module:ident: $($name:ident),+;)+) => {
        mod on_sqlite {
            $(mod $module {$(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let bench = crate::support::Bench::sqlite().await;
                    crate::$module::$name(&bench).await;
                }
            )+})+
        }
        mod on_postgres {
            $(mod $module {$(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let Some(bench) = crate::support::Bench::postgres().await else { return };
                    crate::$module::$name(&bench).await;
                    bench.remove().await;
                }
            )+})+
        }
    };
}

on_both_databases! {
    figures:
        everybody_reads_the_counts_of_what_he_may_see,
        the_noisiest_rules_are_those_that_one_may_see,
        delays_are_told_of_what_was_sent_by_itself,
        a_message_of_which_nobody_knows_is_counted_once,
        what_was_counted_is_what_the_rows_themselves_say;
    reports:
        a_report_is_made_once_and_taken_by_one_server;
    tryout:
        events_of_an_entity_come_in_parts_that_are_complete_and_in_order,
        test_runs_are_kept_and_listed_for_whoever_sees_their_rule,
        a_backtest_belongs_to_who_started_it_and_ends_once,
        only_so_many_backtests_run_at_once_and_the_dead_do_not_count,
        a_backtest_is_started_within_its_limits_however_many_ask_at_once,
        past_events_and_test_runs_are_read_from_an_index;
    turns:
        what_waits_for_a_busy_channel_becomes_one_message,
        a_summary_that_is_tried_again_says_the_same,
        every_message_goes_out_in_order_where_the_rule_says_so,
        other_rules_of_a_busy_channel_keep_what_they_chose,
        a_priority_goes_before_all_others_and_alone,
        what_is_over_a_cap_is_not_sent_and_says_so,
        the_first_few_go_and_the_rest_follows_as_a_summary,
        a_repetition_is_not_sent_within_its_time,
        repetitions_are_no_part_of_a_summary,
        what_comes_in_quiet_hours_is_told_when_they_are_over,
        what_is_dropped_in_quiet_hours_says_so,
        in_doubt_a_message_goes_again_marked_where_the_rule_says_so,
        in_doubt_a_message_waits_for_a_person_otherwise;
    long_lists:
        words_are_found_wherever_they_stand_and_only_as_long_as_they_do,
        pages_at_the_end_of_a_long_list_follow_those_before,
        words_in_a_long_list_are_looked_up_and_not_read_through;
    thread_lines:
        a_line_tells_what_came_together_once_and_then_at_most_every_half_minute,
        a_line_whose_update_was_cut_off_is_taken_again_and_the_old_answer_changes_nothing,
        what_can_not_be_updated_is_dropped_with_a_trace,
        a_first_message_that_is_gone_ends_its_thread,
        a_summary_stands_in_the_channel_and_is_counted_in_the_threads_it_tells_of,
        of_two_servers_one_takes_a_line,
        a_line_waits_while_its_destination_rests,
        the_line_of_a_card_stands_in_the_card_and_only_in_the_text_where_slack_refused_the_card;
    threads:
        the_first_message_of_a_lead_is_replied_to_and_leads_do_not_mix,
        the_same_lead_elsewhere_has_another_thread,
        after_a_first_message_that_failed_the_next_one_is_the_first,
        after_a_first_message_in_doubt_the_next_one_is_the_first_and_says_why,
        a_thread_that_took_no_reply_is_followed_by_another,
        an_old_thread_takes_no_more_and_is_cleared_away;
    keeping:
        an_event_without_a_match_goes_when_it_is_old_and_stays_known,
        an_event_that_is_known_by_its_id_alone_sends_nothing,
        what_waits_or_is_not_certain_stays_with_its_event,
        one_server_at_a_time_removes_what_is_old,
        what_there_is_is_told_without_counting;
    schema:
        migrating_twice_changes_nothing,
        the_database_answers;
    people:
        a_person_is_found_by_address_in_any_case_with_hash_and_assignments,
        an_address_can_be_taken_once,
        a_person_who_may_not_log_in_is_found_all_the_same,
        an_unknown_person_is_not_found,
        an_api_key_is_found_by_its_hash_only;
    accounts:
        people_are_listed_by_name_and_narrowed_by_role_status_and_words,
        a_change_of_a_person_is_complete_and_of_an_old_version_a_conflict,
        the_last_active_global_admin_stays_one,
        of_two_admins_who_disable_each_other_at_once_one_stays,
        a_login_is_worth_something_until_it_ends,
        who_is_disabled_is_out_at_once_and_his_old_logins_stay_dead,
        a_changed_password_ends_the_other_logins_and_refuses_who_knew_the_old_one,
        a_one_time_link_sets_a_password_once,
        of_two_who_use_a_link_at_once_one_gets_it,
        a_revoked_key_opens_nothing_and_stays_listed,
        only_support_is_elevated_and_that_ends_with_the_role_or_the_login;
    audit:
        lines_come_back_as_they_were_written_newest_first,
        lines_are_narrowed_by_action_person_words_and_time,
        a_platforms_admin_reads_what_is_of_his_platform_and_what_he_did_himself,
        every_change_of_a_rule_is_told_with_what_it_changed;
    catalog:
        an_entity_is_created_then_unchanged_then_updated,
        what_is_not_told_stays_as_it_is,
        an_event_fills_gaps_but_never_overrules_what_was_entered,
        entering_a_discovered_entity_takes_the_mark_off,
        the_same_entity_twice_in_one_call_is_one_entity,
        a_thousand_entities_go_in_one_call,
        entities_are_listed_by_name_page_by_page,
        a_search_finds_parts_of_name_and_id_in_any_alphabet_and_case,
        percent_and_underscore_are_ordinary_characters,
        a_list_can_be_narrowed_by_ids_platform_and_owners,
        deleted_ones_are_listed_only_when_asked_for,
        a_nul_character_does_no_harm;
    catalog_edit:
        an_entry_is_added_once_and_changed_by_who_saw_its_latest_state,
        an_entry_out_of_scope_is_not_there_to_change,
        a_status_set_keeps_all_else_and_leaves_a_discovered_one_discovered,
        a_name_changed_by_hand_follows_the_next_event_again,
        a_pingtree_learns_its_campaigns_from_events_and_takes_those_entered,
        a_buyers_agent_sees_the_pingtrees_that_hold_campaigns_of_his,
        lists_are_narrowed_by_status_discovery_and_product_and_ordered,
        what_uses_an_entry_is_counted_and_listed_within_scope,
        rules_on_many_entities_are_counted_in_one_go;
    catalog_import:
        an_import_does_what_its_plan_showed_or_nothing,
        a_file_is_kept_for_its_owner_until_his_next,
        many_entries_are_imported_at_once;
    catalog_plans:
        no_list_reads_the_whole_catalog;
    catalog_uses:
        uses_follow_every_change_of_rules_and_presets,
        a_house_from_before_learns_what_its_rules_and_presets_name,
        no_list_of_an_entitys_rules_reads_more_than_their_index,
        what_uses_an_entry_is_found_without_reading_other_rules;
    scopes:
        a_publisher_sees_what_is_his_and_nothing_else,
        a_buyers_agent_sees_his_buyers_and_their_campaigns,
        a_platform_admin_sees_his_platform_and_what_serves_both,
        nothing_is_found_in_the_scope_of_nothing,
        a_publisher_can_neither_find_nor_change_anothers_rule,
        a_buyers_agent_reaches_rules_of_his_buyers_campaigns_only,
        a_platform_admin_reaches_rules_of_his_platforms_triggers_only,
        a_rule_does_not_exist_at_another_level,
        a_platform_admin_cannot_move_a_rule_to_the_other_platform;
    connections:
        a_token_comes_back_as_it_was_stored,
        the_same_token_of_the_same_owner_is_one_connection,
        a_token_is_nowhere_in_the_database,
        a_token_does_not_open_with_another_key,
        what_slack_says_is_recorded_and_what_it_does_not_say_stays,
        a_publisher_sees_his_own_connections_only,
        connections_are_listed_newest_first,
        an_unknown_connection_is_not_found;
    connection_desk:
        connections_are_listed_broken_ones_first_with_what_uses_them,
        connections_are_found_by_name_workspace_and_hint_and_by_status,
        a_house_scope_sees_the_houses_and_its_own_publishers,
        a_connection_gets_another_name,
        a_replaced_token_is_what_is_sent_with_from_then_on,
        a_token_that_another_connection_has_is_taken,
        only_what_nobody_uses_is_removed_and_its_token_is_gone,
        outside_the_scope_nothing_is_changed,
        the_broken_ones_that_matter_are_told;
    connection_faults:
        a_refused_token_sends_its_delivery_back_and_pauses_the_connection,
        what_waits_goes_on_in_order_with_the_next_token,
        a_good_check_lets_the_queue_go_on,
        an_answer_about_an_earlier_token_blames_nobody,
        other_connections_are_not_held_up;
    places:
        a_place_keeps_its_name_per_connection_and_still_sends,
        a_place_of_another_connection_has_no_name;
    slack_apps:
        what_somebody_took_to_slack_is_worth_something_once_soon_and_to_him,
        the_same_app_in_the_same_workspace_is_found_for_its_owner_only,
        a_token_that_ends_is_followed_by_one_server_only,
        a_token_that_has_ended_is_followed_and_what_waited_goes_on;
    sealed:
        everything_is_sealed_anew_and_the_old_key_opens_nothing_any_more,
        while_keys_are_exchanged_servers_of_both_read_and_recognise_all_tokens,
        what_no_key_opens_is_named_and_left_alone;
    rules:
        a_rule_comes_back_as_it_was_stored,
        rules_are_numbered_in_order,
        an_edit_counts_up_and_keeps_level_entity_and_author,
        an_edit_of_an_old_version_is_a_conflict,
        switching_to_where_it_stands_changes_nothing,
        a_deleted_rule_is_gone_for_everybody,
        changes_are_told_since_a_version,
        from_the_beginning_deleted_rules_are_not_told,
        a_rule_needs_a_stored_connection,
        an_unreadable_rule_is_named_without_its_content;
    rules_at_once:
        of_two_edits_at_once_one_wins,
        rules_added_at_once_have_numbers_and_versions_of_their_own;
    adjacent:
        active_rules_are_found_by_trigger_level_and_place,
        rules_of_a_products_campaigns_are_found_and_of_campaigns_whose_product_nobody_knows,
        active_rules_outside_the_scope_are_not_found,
        many_questions_are_answered_in_their_order_and_by_target;
    presets:
        a_preset_comes_back_as_it_was_stored_and_never_with_a_token,
        each_version_of_a_preset_is_kept_and_an_old_one_is_a_conflict,
        a_preset_is_in_the_scope_of_its_product,
        presets_are_listed_by_name_with_the_rules_that_follow_them,
        a_deleted_preset_is_gone;
    rule_lists:
        rules_are_listed_newest_first_page_by_page_with_authors,
        a_list_of_rules_can_be_narrowed,
        rules_are_found_by_number_name_text_and_target,
        a_list_of_rules_can_be_narrowed_to_an_author_and_a_destination,
        a_list_of_rules_can_be_sorted,
        an_entity_tells_who_made_its_rules_and_where_they_send_to;
    rule_batches:
        many_changes_are_made_all_or_none,
        batches_in_opposite_orders_do_not_block_each_other;
    rule_data:
        all_rules_come_level_by_level_by_entity_and_number,
        rules_are_found_by_their_very_name_on_one_entity,
        an_import_is_made_whole_or_not_at_all_and_told_as_one,
        an_import_of_rules_that_have_changed_since_is_a_conflict,
        of_an_import_and_an_edit_at_once_one_hears_of_the_other;
    rule_versions:
        every_change_is_kept_with_who_when_and_the_whole_rule,
        what_changes_nothing_or_fails_leaves_no_version,
        a_deleted_rule_comes_back_with_its_number_and_engines_hear_of_it,
        versions_and_deleted_rules_are_there_only_within_scope,
        versions_and_deleted_rules_come_page_by_page_newest_first,
        rules_from_before_there_was_a_history_begin_theirs_as_they_are;
    events:
        an_event_is_accepted_once,
        of_a_repetition_inside_a_batch_the_first_counts,
        both_platforms_may_use_the_same_id,
        a_duplicate_writes_nothing,
        a_batch_that_fails_leaves_nothing,
        a_batch_written_again_after_a_lost_answer_is_known,
        a_thousand_events_go_in_one_batch,
        mentioned_entities_are_discovered,
        a_rule_answers_an_event_once_however_often_it_is_planned,
        a_nul_character_does_not_sink_a_batch;
    sending:
        a_claim_carries_all_it_takes_to_send,
        one_destination_gives_one_delivery_at_a_time_oldest_first,
        a_claim_takes_no_more_than_its_limit,
        nothing_is_claimed_where_nothing_waits,
        pace_and_burst_hold_per_destination,
        a_paced_destination_says_when_it_is_due,
        what_arrives_while_one_is_being_sent_goes_next,
        a_place_marked_due_by_mistake_is_put_right,
        the_backlog_counts_what_waits_and_what_is_on_its_way;
    settings: settings_stay_as_they_were_set_last_and_others_are_not_touched;
    cards:
        a_rules_card_is_kept_changed_found_by_its_words_and_in_its_versions,
        a_message_has_its_card_at_every_try,
        a_card_that_may_be_there_twice_says_so,
        a_summary_has_no_card,
        the_newest_events_of_a_trigger_and_entity_are_found;
    settling:
        a_sent_delivery_keeps_slacks_receipt,
        a_rate_limit_pauses_the_whole_destination_and_costs_no_attempt,
        a_transient_failure_keeps_the_order_of_its_channel,
        a_transient_failure_without_another_try_is_final,
        a_permanent_failure_lets_the_next_one_go,
        an_ambiguous_delivery_is_never_claimed_again,
        a_members_conversation_is_remembered,
        every_call_is_in_the_history,
        a_batch_of_answers_is_recorded_in_order,
        an_answer_for_an_unknown_delivery_records_nothing,
        an_answer_of_somebody_else_moves_nothing;
    set_back:
        a_pause_that_slack_asked_for_begins_anew_and_is_kept_whole,
        a_clock_that_is_corrected_a_little_changes_nothing,
        a_lease_of_before_ends_as_soon_as_any,
        an_answer_that_comes_after_the_clock_was_set_back_hides_no_wait,
        what_is_held_back_is_judged_anew_by_the_clock_as_it_is;
    leases:
        an_expired_lease_leaves_an_ambiguous_delivery_and_a_free_destination,
        a_lease_holds_until_its_time,
        the_late_answer_sent_settles_what_was_ambiguous,
        the_late_answer_not_sent_settles_what_was_ambiguous,
        an_answer_after_the_settlement_is_recorded_and_changes_nothing,
        a_late_retry_after_pauses_the_destination_all_the_same,
        hundreds_of_leases_run_out_at_once,
        every_lease_can_be_ended_at_the_start;
    lists:
        deliveries_are_listed_newest_first_page_by_page,
        deliveries_are_narrowed_by_status_rule_and_event,
        the_deliveries_of_a_deleted_rule_stay,
        an_unknown_delivery_is_not_found;
    delivery_log:
        the_log_tells_of_event_rule_and_destination,
        the_log_is_narrowed_by_everything_people_look_for,
        the_log_holds_nothing_outside_the_readers_scope,
        what_did_not_arrive_is_sent_again_once_and_in_its_order,
        nobody_sends_again_what_is_not_in_his_scope,
        an_uncertain_message_is_settled_by_who_looked,
        hundreds_are_sent_again_in_steps;
    event_log:
        events_are_listed_newest_first_and_pages_stay_while_more_arrive,
        events_are_narrowed_by_what_they_are_about,
        events_are_narrowed_by_what_they_caused,
        an_event_with_several_messages_is_one_row_wherever_a_page_ends,
        a_search_that_finds_little_says_how_far_it_came_and_goes_on,
        nobody_sees_events_that_no_rule_of_his_could_watch;
    rules_at:
        rules_are_told_as_they_were_when_an_event_arrived,
        of_rules_from_before_the_order_was_kept_the_time_decides,
        many_rules_are_told_in_steps;
    log_plans:
        no_page_of_the_log_reads_more_than_its_indexes;
    alerts:
        an_owner_is_told_where_he_said_last,
        a_trouble_is_told_once_however_often_it_is_noticed;
    destination_faults:
        a_refused_channel_keeps_its_messages_and_holds_up_nobody_else,
        the_first_waiting_message_finds_out_that_a_channel_works_again,
        somebody_who_mended_it_need_not_wait,
        trying_at_once_cuts_no_pause_of_slacks_short,
        a_better_token_tries_refused_channels_at_once,
        what_waits_can_be_given_up,
        destinations_are_told_with_what_waits_there_as_far_as_the_asker_may_see;
    durability:
        what_was_acknowledged_is_sent_after_a_crash,
        what_was_being_sent_at_a_crash_is_ambiguous,
        pace_and_pauses_survive_a_crash;
    concurrency:
        workers_of_two_servers_never_take_one_destination_twice,
        nothing_that_arrives_while_a_lease_is_given_back_is_forgotten,
        the_same_events_at_two_servers_at_once_are_accepted_once,
        catalog_writes_at_once_do_not_block_each_other;
}
