//! Sends what the engine planned: claims deliveries under a lease, calls Slack, records what came of it.
//!
//! The promise: a delivery is posted at most once per claim, and once anything may have reached Slack without a
//! clear answer it is *ambiguous* and never sent again by itself. A crash between sending and recording leaves a
//! lease that runs out, which ends the same way. Nothing is sent while a transaction is open.
//!
//! Start reading at [`Dispatcher`] (the loop), then `send` (one delivery), `outcome` (what Slack's answers mean)
//! and `slack` (the only file that speaks HTTP).

mod clock;
mod config;
mod consequence;
mod guard;
mod job;
mod lines;
#[cfg(test)]
mod model;
mod outcome;
mod recorder;
mod rounds;
mod send;
mod signals;
mod slack;
mod trial;
mod worker;

pub use clock::{Clock, ManualClock, SystemClock};
pub use config::{DispatchConfig, Jitter};
pub use signals::{Progress, WakeHandle};
pub use slack::{
    AuthFailure, AuthInfo, GrantFailure, Granted, PlaceFound, SlackApp, SlackClient, SlackConfig,
    SlackSetupError,
};
pub use trial::{Trial, send_trial};
pub use worker::Dispatcher;
