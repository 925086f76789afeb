//! A stand-in for Slack's Web API, faithful in what Leadbell meets: scopes, memberships, error codes, rate
//! limits. It has a page that shows what was "posted". Nothing sent to it leaves the machine.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use leadbell_sandbox::{Fault, Sandbox, demo};
//!
//! let sandbox = Sandbox::builder().demo_workspace().build().spawn().await?; // a free port of 127.0.0.1
//! let api = sandbox.api_url(); // http://127.0.0.1:PORT/api
//! sandbox.handle().fail_next("chat.postMessage", 1, Fault::rate_limited(2));
//! let message = sandbox.handle().wait_for_message(|m| m.channel == demo::SALES).await;
//! # let _ = (api, message); Ok(()) }
//! ```

mod api;
mod breaker;
mod clock;
mod control;
pub mod demo;
mod faults;
mod handle;
mod history;
mod limits;
mod mask;
mod model;
mod mrkdwn;
mod oauth;
mod page;
mod record;
mod serve;
mod state;
mod workspace;

use std::sync::Arc;

use axum::Router;

pub use clock::{Clock, ManualClock, system_clock};
pub use faults::{Fault, FaultReport, Over};
pub use handle::SandboxHandle;
pub use limits::{Limits, Rate};
pub use mask::mask;
pub use model::{Channel, ChannelKind, Member, Posting, Team, Token, TokenKind, TokenState};
pub use record::{Call, Message, ReplyRecord};
pub use serve::Running;
pub use workspace::Workspace;

use state::{Settings, Shared};

/// A sandbox ready to be served.
pub struct Sandbox {
    shared: Arc<Shared>,
}

/// Sets a sandbox up.
#[must_use]
pub struct Builder {
    workspace: Workspace,
    settings: Settings,
}

impl Sandbox {
    /// An empty workspace, Slack's limits, the machine's clock, a memory of 5,000 messages.
    pub fn builder() -> Builder {
        Builder {
            workspace: Workspace::default(),
            settings: Settings {
                clock: system_clock(),
                limits: Limits::default(),
                honour_client_msg_id: false,
                history: 5_000,
            },
        }
    }

    /// Looks into it and steers it, before, while and after it is served.
    pub fn handle(&self) -> SandboxHandle {
        SandboxHandle {
            shared: self.shared.clone(),
        }
    }

    /// The API, the page and the control routes as one axum router.
    pub fn router(&self) -> Router {
        let shared = || self.shared.clone();
        api::router(shared())
            .merge(control::router(shared()))
            .merge(page::router(shared()))
            .merge(oauth::router(shared()))
    }
}

impl Builder {
    /// The workspace "Leadbell Demo" of [`demo`].
    pub fn demo_workspace(self) -> Self {
        self.workspace(demo::workspace())
    }

    /// A workspace of one's own.
    pub fn workspace(mut self, workspace: Workspace) -> Self {
        self.workspace = workspace;
        self
    }

    /// Another clock, such as [`ManualClock::as_clock`].
    pub fn clock(mut self, clock: Clock) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Other rate limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Answer a repeated `client_msg_id` of a channel with the first message instead of posting again. Off by
    /// default: what Slack does is not documented.
    pub fn honour_client_msg_id(mut self, yes: bool) -> Self {
        self.settings.honour_client_msg_id = yes;
        self
    }

    /// How many messages to remember (twice as many calls).
    pub fn history(mut self, messages: usize) -> Self {
        self.settings.history = messages;
        self
    }

    /// The sandbox.
    pub fn build(self) -> Sandbox {
        Sandbox {
            shared: Shared::new(self.workspace, self.settings),
        }
    }
}
