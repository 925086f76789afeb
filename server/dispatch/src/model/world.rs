//! Carries commands out: on the database, with the dispatcher's own decisions, and on the truth.

use leadbell_domain::{DeliveryId, DeliveryStatus, EntityId, EventId, EventKey, Level, Outcome, Platform};
use leadbell_domain::{RetryPolicy, Scope, Trigger};
use leadbell_store::{
    Actor, Claim, ConnectionCheck, ConnectionScope, ConnectionStatus, DeliveryFilter, Finished, NewEvent,
    Pace, PlannedDelivery, PlannedSending, Store,
};

use super::command::{Choice, Command, RULES, Reply};
use super::database::{Database, fresh_token};
use super::truth::{BURST, INTERVAL, Message, Truth, in_order};
use crate::consequence;
use crate::guard::{Admission, ConnectionGuard};
use crate::rounds::Rounds;
use crate::send::Report;

pub(super) type Checked = Result<(), String>;

const LEASE: i64 = 30_000;
/// Messages of a minute and connection that a worker sends at most.
const PER_MINUTE: u32 = 60;

/// A call under way.
struct Call {
    claim: Claim,
    owner: String,
    started_at: i64,
}

struct Worker {
    claims: u32,
    rounds: Rounds,
    guard: ConnectionGuard,
    calls: Vec<Call>,
}

impl Worker {
    fn new() -> Self {
        Self {
            claims: 0,
            rounds: Rounds::default(),
            guard: ConnectionGuard::new(Some(PER_MINUTE)),
            calls: Vec::new(),
        }
    }
}

pub(super) struct World<'a> {
    pub db: &'a Database,
    pub truth: Truth,
    /// What the clock shows, UTC milliseconds.
    pub now: i64,
    pub choices: Vec<Choice>,
    workers: [Worker; 2],
}

impl<'a> World<'a> {
    pub(super) async fn new(db: &'a Database, now: i64, choices: &[Choice]) -> Self {
        db.clear().await;
        let mut world = Self {
            db,
            truth: Truth::default(),
            now,
            choices: choices.to_vec(),
            workers: [Worker::new(), Worker::new()],
        };
        for (rule, choice) in choices.iter().enumerate() {
            world.change(rule, *choice).await;
        }
        world
    }

    fn store(&self) -> &dyn Store {
        &*self.db.stores[0]
    }

    pub(super) async fn step(&mut self, command: &Command) -> Checked {
        match *command {
            Command::Arrive { rule, count } => self.arrive(rule, count).await,
            Command::Look { worker } => return self.look(worker).await,
            Command::Answer { worker, call, reply } => {
                if !self.workers[worker].calls.is_empty() {
                    let call = call % self.workers[worker].calls.len();
                    return self.answer(worker, call, reply).await;
                }
            }
            Command::Crash { worker, posted } => self.crash(worker, posted)?,
            Command::Restart { posted } => {
                self.crash(0, posted)?;
                self.crash(1, posted)?;
                self.store().expire_all_leases(self.now).await.unwrap();
            }
            Command::Wait(by) | Command::SetForward(by) => self.now += by,
            Command::SetBack(by) => {
                self.now -= by;
                self.truth.clock_moved(-by);
            }
            Command::Resend => self.resend().await,
            Command::Settle { which } => self.settle(which).await,
            Command::Repair { connection } => self.repair(connection, false).await,
            Command::NewToken { connection } => self.repair(connection, true).await,
            Command::Retry { rule } | Command::GiveUp { rule } => {
                self.mend_place(rule, matches!(command, Command::Retry { .. }))
                    .await;
            }
            Command::Change { rule, to } => self.change(rule, to).await,
        }
        self.check().await
    }

    async fn check(&mut self) -> Checked {
        let rows = self.db.rows().await;
        self.truth.compare(&rows)
    }

    pub(super) async fn arrive(&mut self, rule: usize, count: usize) {
        let mut events = Vec::new();
        for _ in 0..count {
            let id = uuid::Uuid::now_v7().to_string();
            let choice = self.choices[rule];
            let repeat_key = matches!(choice, Choice::Repeats).then(|| format!("key {rule}"));
            let rather_twice = matches!(choice, Choice::RatherTwice);
            let message = Message {
                rule,
                status: DeliveryStatus::Queued,
                posts: 0,
                unmarked: 0,
                doubts: 0,
                doubted: false,
                rather_twice,
                asked: false,
                settled: false,
            };
            self.truth.messages.insert(id.clone(), message);
            let route = &self.db.routes[rule];
            let delivery = PlannedDelivery {
                id: DeliveryId::new(id.clone()).unwrap(),
                rule: route.id.clone(),
                rule_version: 1,
                connection: self.db.connections[route.connection].clone(),
                target: route.rule.action.target.clone(),
                text: format!("about {id}"),
                blocks: None,
                sending: PlannedSending {
                    thread_key: None,
                    priority: matches!(choice, Choice::Priority),
                    resends: rather_twice,
                    repeat_key,
                    amount: None,
                },
            };
            events.push(self.event(&id, delivery));
        }
        self.store().record_events(&events).await.unwrap();
    }

    fn event(&self, id: &str, delivery: PlannedDelivery) -> NewEvent {
        NewEvent {
            call_id: None,
            rules_seq: None,
            key: EventKey::new(uuid::Uuid::now_v7().to_string()).unwrap(),
            source: Platform::Lms,
            event_id: EventId::new(id).unwrap(),
            trigger: Trigger::LmsLeadSold,
            occurred_at: self.now,
            received_at: self.now,
            product: EntityId::new("218").unwrap(),
            publisher: None,
            campaign: None,
            lead_id: "1".to_owned(),
            body: "{}".to_owned(),
            deliveries: vec![delivery],
            mentions: Vec::new(),
        }
    }

    /// What the loop of a worker does, in its order.
    pub(super) async fn look(&mut self, worker: usize) -> Checked {
        let store = self.db.stores[worker].clone();
        let now = self.now;
        if let Some(round) = self.workers[worker].rounds.due(now, 3_000) {
            if round.set_back {
                store.clock_was_set_back(now).await.unwrap();
                self.check().await?;
            }
            store.release_held(now).await.unwrap();
            self.check().await?;
            store.rescue_expired(now).await.unwrap();
            self.check().await?;
        }
        let pace = Pace {
            interval_ms: INTERVAL,
            burst: BURST,
        };
        let own = &mut self.workers[worker];
        own.claims += 1;
        let owner = format!("{worker}/{}", own.claims);
        let claims = store.claim_due(&owner, now, LEASE, pace, 64).await.unwrap();
        let rows = self.db.rows().await;
        self.truth.compare(&rows)?;
        for claim in claims {
            in_order(&rows, claim.delivery.as_str())?;
            let (id, place) = (claim.delivery.to_string(), claim.destination.to_string());
            self.truth.claimed(&id, &place, &claim.text, now)?;
            match self.workers[worker]
                .guard
                .admit(&claim.connection, &claim.delivery, now)
            {
                Admission::Go => self.workers[worker].calls.push(Call {
                    claim,
                    owner: owner.clone(),
                    started_at: now,
                }),
                Admission::NotBefore(until) => {
                    let finish = consequence::held_back(&claim, &owner, now, until);
                    store.finish(&[finish]).await.unwrap();
                    self.truth.places.entry(place).or_default().not_before = until;
                }
            }
        }
        self.check().await
    }

    async fn answer(&mut self, worker: usize, call: usize, reply: Reply) -> Checked {
        if reply.posts() {
            let claim = &self.workers[worker].calls[call].claim;
            self.truth.posted(claim.delivery.as_str(), &claim.text)?;
        }
        let (claim, finished) = self.answered(worker, call, &reply.report()).await;
        let rows = self.db.rows().await;
        let message = self.truth.messages.get_mut(claim.delivery.as_str()).unwrap();
        // Else its lease had run out, which made it doubtful before its true answer.
        let leased = message.status == DeliveryStatus::Sending && matches!(finished, Finished::Now(_));
        if !leased && reply.is_clear() {
            message.doubts = message.doubts.saturating_sub(1);
        } else if leased && finished == Finished::Now(DeliveryStatus::Retrying) && !reply.is_clear() {
            message.doubts += 1;
            message.doubted = true;
        }
        self.truth.compare(&rows)
    }

    /// What a task does when its call has come to this.
    pub(super) async fn answered(
        &mut self,
        worker: usize,
        call: usize,
        report: &Report,
    ) -> (Claim, Finished) {
        let Call {
            claim,
            owner,
            started_at,
        } = self.workers[worker].calls.remove(call);
        let now = self.now;
        if let Outcome::RateLimited { retry_after_ms } = &report.outcome {
            let until = now + retry_after_ms;
            let guard = &self.workers[worker].guard;
            guard.limited(&claim.connection, &claim.destination, now, until);
            let place = claim.destination.to_string();
            let place = self.truth.places.entry(place).or_default();
            place.not_before = place.not_before.max(until);
        }
        let policy = &RetryPolicy::DEFAULT;
        let finish = consequence::finish(&claim, &owner, report, started_at, now, policy, 1.0);
        let finished = self.store().finish(&[finish]).await.unwrap();
        (claim, finished[0])
    }

    fn crash(&mut self, worker: usize, posted: bool) -> Checked {
        let dead = std::mem::replace(&mut self.workers[worker], Worker::new());
        for call in dead.calls.iter().filter(|_| posted) {
            self.truth
                .posted(call.claim.delivery.as_str(), &call.claim.text)?;
        }
        self.workers[worker].claims = dead.claims;
        Ok(())
    }

    async fn resend(&mut self) {
        let rows = self.db.rows().await;
        let filter = DeliveryFilter {
            scopes: Level::ALL.map(|level| (level, Scope::All)).to_vec(),
            ..DeliveryFilter::default()
        };
        self.store().resend(&filter, self.now).await.unwrap();
        for row in rows {
            if matches!(row.status.as_str(), "failed" | "ambiguous" | "suppressed") {
                self.truth.messages.get_mut(&row.id).unwrap().asked = true;
            }
        }
    }

    /// Looks at an uncertain one that nobody is sending any more.
    async fn settle(&mut self, which: usize) {
        let under_way = |id: &String| {
            let mut calls = self.workers.iter().flat_map(|worker| &worker.calls);
            calls.any(|call| call.claim.delivery.as_str() == id)
        };
        let uncertain: Vec<String> = self
            .truth
            .messages
            .iter()
            .filter(|(id, message)| message.status == DeliveryStatus::Ambiguous && !under_way(id))
            .map(|(id, _)| id.clone())
            .collect();
        let Some(id) = uncertain.get(which % uncertain.len().max(1)) else {
            return;
        };
        let message = self.truth.messages.get_mut(id).unwrap();
        let there = message.posts > 0;
        message.settled = true;
        if !there {
            message.doubts = 0;
        }
        let to = if there {
            DeliveryStatus::Sent
        } else {
            DeliveryStatus::Failed
        };
        let scopes = Level::ALL.map(|level| (level, Scope::All)).to_vec();
        let id = DeliveryId::new(id.clone()).unwrap();
        self.store()
            .settle_delivery(&id, &scopes, to, self.now)
            .await
            .unwrap();
    }

    pub(super) async fn repair(&self, connection: usize, with_new_token: bool) {
        let id = &self.db.connections[connection];
        let check = ConnectionCheck {
            status: ConnectionStatus::Ok,
            error: None,
            team: None,
            team_id: None,
            user_name: None,
            scopes: Vec::new(),
            checked_at: self.now,
        };
        let done = if with_new_token {
            let token = fresh_token();
            self.store()
                .replace_token(id, &ConnectionScope::All, &token, &check)
                .await
        } else {
            self.store().record_connection_check(id, &check).await
        };
        done.unwrap();
    }

    pub(super) async fn mend_place(&self, rule: usize, retry: bool) {
        let mine = |message: &Message| message.rule == rule;
        let rows = self.db.rows().await;
        let of_rule = rows
            .iter()
            .find(|row| self.truth.messages.get(&row.id).is_some_and(mine));
        let Some(row) = of_rule else { return };
        let place = row.destination_id.clone().try_into().unwrap();
        if retry {
            self.store().retry_destination(&place).await.unwrap();
        } else {
            self.store().give_up_destination(&place, self.now).await.unwrap();
        }
    }

    async fn change(&mut self, rule: usize, to: Choice) {
        self.choices[rule] = to;
        let route = &self.db.routes[rule];
        let mut changed = route.rule.clone();
        changed.action.sending = to.options();
        self.store()
            .update_rule(&route.id, &changed, &Scope::All, None, &Actor::System, self.now)
            .await
            .unwrap();
    }

    /// Slack answers well from now on; answers every call under way.
    pub(super) async fn all_is_well(&mut self) -> Checked {
        for worker in 0..2 {
            while !self.workers[worker].calls.is_empty() {
                self.answer(worker, 0, Reply::Yes).await?;
            }
        }
        Ok(())
    }

    /// Repairs everything that people can.
    pub(super) async fn mend_everything(&mut self) -> Checked {
        self.all_is_well().await?;
        for connection in 0..2 {
            self.repair(connection, false).await;
        }
        for rule in 0..RULES {
            self.mend_place(rule, true).await;
        }
        self.check().await
    }
}
