//! The server of Leadbell: settings, ingest, engine, HTTP, and the composition of all parts.
//!
//! This crate may use every other one; none uses it. Start reading at [`lifecycle`], which puts the parts together.

pub mod access;
pub mod actor;
pub mod adjacent;
pub mod alerts;
pub mod audit;
pub mod backtest;
pub mod backup;
pub mod bulk;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod connections;
pub mod copies;
pub mod core_dumps;
pub mod delivery_log;
pub mod demo;
pub mod destinations;
pub mod engine;
pub mod event_export;
pub mod event_log;
pub mod event_tail;
pub mod http;
pub mod ids;
pub mod ingest;
pub mod judging;
pub mod keeping;
pub mod lifecycle;
pub mod message_check;
pub mod names;
pub mod people;
pub mod presets;
pub mod refused;
pub mod resend;
pub mod rule_data;
pub mod rule_place;
pub mod rule_words;
pub mod rules;
pub mod secrets;
mod sentences;
pub mod settings;
pub mod simulate;
pub mod state;
pub mod telemetry;
pub mod test_run;
pub mod verdicts;
