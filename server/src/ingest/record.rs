//! A parsed event with what the rules make of it, ready to be written.

use leadbell_domain::{EntityKind, EntityRef, Event, InDoubt, StoredRule, Threads, Timestamp};
use leadbell_store::{EntityUpsert, NewEvent, PlannedDelivery, PlannedSending};
use sha2::{Digest as _, Sha256};

use crate::engine::{RuleSet, plan};
use crate::ids::Fresh;

/// Judges the event by the rules in force and puts together what the store writes in one transaction. `body` is the
/// event as sent, compact JSON.
#[must_use]
pub fn record(
    event: &Event,
    body: String,
    rules: &RuleSet,
    public_url: &str,
    received_at: Timestamp,
) -> NewEvent {
    let deliveries = plan(event, rules, public_url)
        .into_iter()
        .map(|planned| PlannedDelivery {
            id: Fresh::fresh(),
            rule: planned.rule.id.clone(),
            rule_version: planned.rule.version,
            connection: planned.rule.rule.action.connection.clone(),
            target: planned.rule.rule.action.target.clone(),
            sending: sending(event, &planned.rule),
            text: planned.text,
            blocks: planned.blocks,
        })
        .collect();
    NewEvent {
        key: Fresh::fresh(),
        source: event.trigger.platform(),
        event_id: event.event_id.clone(),
        trigger: event.trigger,
        occurred_at: event.occurred_at,
        received_at,
        product: event.product.id.clone(),
        publisher: event.publisher.as_ref().map(|publisher| publisher.id.clone()),
        campaign: event.campaign.as_ref().map(|campaign| campaign.entity.id.clone()),
        lead_id: event.lead.id.clone(),
        call_id: event.call.as_ref().and_then(|call| call.id.clone()),
        rules_seq: None,
        body,
        deliveries,
        mentions: mentions(event),
    }
}

/// How the message of this rule goes out.
fn sending(event: &Event, stored: &StoredRule) -> PlannedSending {
    let rule = &stored.rule;
    let options = &rule.action.sending;
    PlannedSending {
        priority: options.priority,
        resends: options.in_doubt == InDoubt::Resend,
        repeat_key: options.repeat_value(event, rule.level).map(|value| hash(&value)),
        // A sum tells no more than the messages do.
        amount: rule
            .action
            .placeholder_names()
            .any(|name| name == "price")
            .then(|| event.price(rule.level))
            .flatten(),
        thread_key: (options.thread == Threads::Lead).then(|| event.thread_key()),
    }
}

/// Values can be personal; to find a repetition their hash is enough.
fn hash(value: &str) -> String {
    let digest = Sha256::digest(value.as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// What the event says about products, publishers and the rest, for the catalog.
fn mentions(event: &Event) -> Vec<EntityUpsert> {
    let platform = Some(event.trigger.platform());
    let mention = |kind, entity: &EntityRef| EntityUpsert {
        kind,
        id: entity.id.clone(),
        name: entity.name.clone(),
        platform: None,
        status: None,
        product: None,
        publisher: None,
        buyer: None,
        campaigns: None,
        discovered: true,
    };
    let product = Some(event.product.id.clone());
    let publisher = event.publisher.as_ref().map(|publisher| publisher.id.clone());
    let buyer = event.buyer.as_ref().map(|buyer| buyer.id.clone());

    let mut all = vec![EntityUpsert {
        platform,
        ..mention(EntityKind::Product, &event.product)
    }];
    all.extend(
        event
            .publisher
            .as_ref()
            .map(|entity| mention(EntityKind::Publisher, entity)),
    );
    all.extend(
        event
            .buyer
            .as_ref()
            .map(|entity| mention(EntityKind::Buyer, entity)),
    );
    all.extend(event.channel.as_ref().map(|entity| EntityUpsert {
        platform,
        product: product.clone(),
        publisher: publisher.clone(),
        ..mention(EntityKind::Channel, entity)
    }));
    all.extend(event.source.as_ref().map(|entity| EntityUpsert {
        publisher: publisher.clone(),
        ..mention(EntityKind::Source, entity)
    }));
    all.extend(event.campaign.as_ref().map(|campaign| EntityUpsert {
        platform,
        product: product.clone(),
        buyer: buyer.clone(),
        ..mention(EntityKind::Campaign, &campaign.entity)
    }));
    all.extend(event.pingtree.as_ref().map(|pingtree| {
        EntityUpsert {
            platform,
            // A tree that offered a lead to a campaign has that campaign in it.
            campaigns: event
                .campaign
                .as_ref()
                .map(|campaign| vec![campaign.entity.id.clone()]),
            ..mention(EntityKind::Pingtree, &pingtree.entity)
        }
    }));
    all
}
