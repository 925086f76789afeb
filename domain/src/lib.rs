//! The rules of Leadbell's business, pure: types, matching, templates, permissions.
//!
//! Nothing here does I/O, reads a clock or draws random numbers; times and ids come in as arguments. The browser
//! and the server compile the same code, so a preview is drawn by what sends, and a form is checked by what saves.
//! Forbidden here: leptos, tokio, sqlx, reqwest, and anything that knows of them.
//!
//! Parse, don't validate: drafts (what a person or another program typed) become valid values or [`FieldErrors`].

mod adjacent;
mod audit;
mod card;
mod delay;
mod delivery;
mod draft;
mod entity;
mod entry;
mod errors;
mod event;
mod facts;
mod filter;
mod forecast;
mod ids;
mod judge;
mod matrix;
mod money;
mod permission;
mod placeholder;
mod policy;
mod preset;
mod role;
mod rule;
mod rule_diff;
mod rule_list;
mod sample;
mod sending;
mod sentence;
pub mod settings;
mod slack;
mod slack_app;
mod slack_error;
mod summary;
mod template;
mod timestamp;
mod trigger;
mod weekly;

pub use adjacent::{Owner, Owners, SharedEvents, can_both_fire, post_the_same, shared_events};
pub use audit::AuditAction;
pub use card::{Block, Blocks, Button, Card, CardButton, CardField, CardText, Cut, Drawn, Layout};
pub use delay::{DELAY_MORE, DELAY_STEPS, delay_step, delay_within};
pub use delivery::{DeliveryStatus, Outcome, RetryPolicy};
pub use draft::{
    ConnectionChoice, DraftContext, FilterDraft, ParsedRule, PriceDraft, RULE_OWN_FIELDS, RuleDraft,
    SecretText,
};
pub use entity::{Entity, EntityKind, EntityRef, EntityStatus};
pub use entry::{EntryDraft, MAX_ENTITY_NAME, ParsedEntry, PlatformUse};
pub use errors::{FieldError, FieldErrors};
pub use event::{
    CallDetails, CampaignRef, Earning, Event, LeadDetails, MoneyDetails, Pingback, PingtreeRef, Reject,
    parse_event, values_asked,
};
pub use facts::{Fact, HIDDEN, event_facts};
pub use filter::{FilterKey, Filters, ListFilter, Method, PriceCondition, PriceOp, Verdict};
pub use forecast::{Estimate, Flow, Forecast, Minute, Tally, flow, remark_on_flood, would_flood};
pub use ids::{
    ApiKeyId, AuditId, BacktestId, ConnectionId, DeliveryId, DestinationId, EntityId, EventId, EventKey,
    InvalidId, PresetId, RuleId, SessionId, TestRunId, UserId,
};
pub use judge::{Judged, judge_filters, obstacles};
pub use matrix::{FormFields, filter_label, form_fields};
pub use money::{InvalidMoney, Money};
pub use permission::{
    ConnectionReach, Duty, Reach, Scope, Verb, Viewer, connection_reach, duty_reach, may_be_elevated,
    may_read_log, may_see_money, may_show_personal_data, may_try_real_events, reach,
};
pub use placeholder::{Placeholder, PlaceholderGroup, Visibility, placeholders};
pub use policy::Policy;
pub use preset::Preset;
pub use role::Role;
pub use rule::{Rule, RuleStatus, SlackAction, StoredRule};
pub use rule_diff::{FieldChange, RuleNames, rule_diff};
pub use rule_list::RuleSort;
pub use sample::{sample_event, sample_event_of};
pub use sending::{
    AfterQuiet, Bursts, Caps, Digest, DigestRule, First, InDoubt, NotSent, QUOTED, QuietHours, Repeats,
    RulePace, SendingOptions, THREAD_DAYS, ThreadState, Threads, TimeOfDay, Turn, Window, digest, turn,
    with_state,
};
pub use sentence::{NameOf, Sentence};
pub use settings::{Keep, Kept, Settings};
pub use slack::{
    ChannelId, MemberId, SlackToken, Target, TokenKind, escape_slack, parse_channel_id, parse_member_id,
};
pub use slack_app::{ScopeNeed, app_creation_link, needed_scopes};
pub use slack_error::{
    Advice, Explanation, OUR_CODES, SLACK_ERRORS, SlackError, SlackFailure, classify_slack_error,
    ends_thread, explain, refuses_blocks, refuses_place,
};
pub(crate) use summary::filter_line;
pub use summary::{filter_lines, price_line};
pub use template::{
    AddressTemplate, FORMATTERS, Imported, Left, MAX_RENDERED_CHARS, MAX_TEMPLATE_CHARS, PlainTemplate,
    RenderContext, Template, TemplateError, TimeZone, import_placeholders, thousands,
};
pub use timestamp::{Civil, Timestamp, format_rfc3339, parse_rfc3339};
pub use trigger::{Level, Platform, PriceMeaning, Trigger};
pub use weekly::{WEEKDAYS, Weekly};
