//! One claimed delivery as a task: sends it, measures it, tells the guard, and hands over what to record.

use std::sync::Arc;

use leadbell_domain::{Outcome, Timestamp};
use leadbell_store::Claim;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tracing::Instrument;

use crate::clock::Clock;
use crate::config::DispatchConfig;
use crate::consequence::{self, outcome_key};
use crate::guard::ConnectionGuard;
use crate::recorder::Done;
use crate::send::{LastCall, Letter, Report, Sender};
use crate::slack::SlackClient;

/// Everything one delivery needs on its way.
pub(crate) struct Job {
    pub claim: Claim,
    pub deadline: Instant,
    pub worker: Arc<str>,
    pub slack: SlackClient,
    pub clock: Arc<dyn Clock>,
    pub config: Arc<DispatchConfig>,
    pub guard: Arc<ConnectionGuard>,
}

impl Job {
    /// Sends it.
    pub async fn run(self, place: OwnedSemaphorePermit) -> Done {
        let claim = &self.claim;
        // Ids only: the text may name a lead, and the token opens a workspace.
        let span = tracing::info_span!(
            "delivery", delivery = %claim.delivery, destination = %claim.destination,
            connection = %claim.connection, attempt = claim.attempts + 1
        );
        async {
            let started_at = self.clock.now_ms();
            let began = Instant::now();
            let sender = Sender {
                slack: &self.slack,
                clock: &*self.clock,
                letter: Letter::of(claim),
                deadline: self.deadline,
            };
            let report = sender.send().await;
            let finished_at = self.clock.now_ms();
            self.measure(&report, began);
            if let (Outcome::RateLimited { retry_after_ms }, LastCall::Post) =
                (&report.outcome, report.last_call)
            {
                let until = finished_at.saturating_add(*retry_after_ms);
                self.guard
                    .limited(&claim.connection, &claim.destination, finished_at, until);
            }
            self.done(&report, started_at, finished_at, place)
        }
        .instrument(span)
        .await
    }

    fn done(
        &self,
        report: &Report,
        started_at: Timestamp,
        finished_at: Timestamp,
        place: OwnedSemaphorePermit,
    ) -> Done {
        let (policy, jitter) = (&self.config.retry, (self.config.jitter)());
        Done {
            finish: consequence::finish(
                &self.claim,
                &self.worker,
                report,
                started_at,
                finished_at,
                policy,
                jitter,
            ),
            place,
        }
    }

    fn measure(&self, report: &Report, began: Instant) {
        let outcome = outcome_key(&report.outcome);
        metrics::counter!("leadbell_deliveries_total", "outcome" => outcome).increment(1);
        metrics::histogram!("leadbell_send_seconds").record(began.elapsed().as_secs_f64());
        if let (Outcome::Sent { .. }, Some(posted_at)) = (&report.outcome, report.posted_at) {
            // From the event's arrival to the request that brought the message: what people feel.
            #[expect(clippy::cast_precision_loss, reason = "a wait of days fits a float")]
            let seconds = (posted_at - self.claim.created_at).max(0) as f64 / 1_000.0;
            metrics::histogram!("leadbell_event_to_send_seconds").record(seconds);
        }
        let code = match &report.outcome {
            Outcome::Sent { .. } | Outcome::RateLimited { .. } => None,
            Outcome::Transient { code }
            | Outcome::Repeated { code }
            | Outcome::Ambiguous { code }
            | Outcome::Permanent { code } => Some(code),
        };
        if code.is_none() {
            tracing::debug!(
                outcome,
                http_status = report.http_status,
                note = report.note,
                "Slack answered"
            );
        } else {
            tracing::info!(
                outcome,
                code,
                http_status = report.http_status,
                note = report.note,
                "Slack did not post it now"
            );
        }
    }
}
