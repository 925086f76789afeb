//! What is true, beside what the database says: what Slack has in its channels, who asked for what, and what the
//! allowances are. Simple on purpose: it has neither leases nor queues.

use std::collections::BTreeMap;

use leadbell_domain::DeliveryStatus;

use super::database::Row;

/// Below what is sent again in doubt.
const MARK: &str = "_Sent again:";

/// A message from its event on.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub rule: usize,
    pub status: DeliveryStatus,
    /// Times it is in Slack's channel.
    pub posts: u32,
    /// Those of them that do not say that they may be there twice.
    pub unmarked: u32,
    /// Calls that may have posted it.
    pub doubts: u32,
    /// There was such a call once.
    pub doubted: bool,
    /// Its rule would rather have it twice than never.
    pub rather_twice: bool,
    /// A person asked for it, and when nobody knew whether it was there.
    pub asked: bool,
    /// A person said where it stands.
    pub settled: bool,
}

/// The pace of a channel: how early the next message may go, by a bucket that is kept here once more.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Allowance {
    full_at: i64,
    /// Slack said "later".
    pub not_before: i64,
}

#[derive(Default)]
pub(super) struct Truth {
    pub messages: BTreeMap<String, Message>,
    pub places: BTreeMap<String, Allowance>,
}

/// Milliseconds per message and messages at once, as `DispatchConfig` has them.
pub(super) const INTERVAL: i64 = 1_020;
pub(super) const BURST: i64 = 4;

impl Truth {
    /// The clock is another by so much: waits stay as long as they were.
    pub(super) fn clock_moved(&mut self, by: i64) {
        for place in self.places.values_mut() {
            place.full_at += by;
            place.not_before += by;
        }
    }

    /// A claim, before the call.
    pub(super) fn claimed(&mut self, id: &str, place: &str, text: &str, now: i64) -> Result<(), String> {
        let message = self.messages.get_mut(id).ok_or("a delivery nobody made")?;
        let marked = text.contains(MARK);
        if message.doubts > 0 && !(message.rather_twice || message.asked) {
            return Err(format!("{id} may be posted, and is sent again unasked"));
        }
        if message.doubts > 0 && !marked {
            return Err(format!("{id} may be posted, and is sent again unmarked"));
        }
        if marked && !message.doubted {
            return Err(format!("{id} is marked, and was never sent before"));
        }
        let allowance = self.places.entry(place.to_owned()).or_default();
        if now < allowance.not_before {
            let early = allowance.not_before - now;
            return Err(format!("{place} is sent to {early} ms before Slack's time"));
        }
        if allowance.full_at - (BURST - 1) * INTERVAL > now {
            return Err(format!("{place} is sent to faster than its pace"));
        }
        allowance.full_at = allowance.full_at.max(now) + INTERVAL;
        Ok(())
    }

    /// Slack has posted it.
    pub(super) fn posted(&mut self, id: &str, text: &str) -> Result<(), String> {
        let message = self.messages.get_mut(id).ok_or("a delivery nobody made")?;
        message.posts += 1;
        message.unmarked += u32::from(!text.contains(MARK));
        if message.unmarked > 1 {
            return Err(format!("{id} is posted twice, unmarked"));
        }
        Ok(())
    }

    /// Compares what the database says with what it said before.
    pub(super) fn compare(&mut self, rows: &[Row]) -> Result<(), String> {
        if rows.len() != self.messages.len() {
            return Err(format!("{} of {} are there", rows.len(), self.messages.len()));
        }
        let mut sending = BTreeMap::new();
        for row in rows {
            let id = &row.id;
            let message = self.messages.get_mut(id).ok_or(format!("{id} is nobody's"))?;
            let status = DeliveryStatus::from_key(&row.status).ok_or("no status")?;
            if status != message.status && !message.status.may_become(status) {
                return Err(format!("{id} went from {:?} to {status:?}", message.status));
            }
            if status == DeliveryStatus::Sending && sending.insert(&row.destination_id, id).is_some() {
                return Err(format!("two are being sent to {}", row.destination_id));
            }
            let held = status == DeliveryStatus::Suppressed;
            if !held && (row.told_in.is_some() || row.hold_until.is_some()) {
                return Err(format!("{id} is told elsewhere, and {status:?}"));
            }
            if (held || status == DeliveryStatus::Failed) && row.last_code.is_none() {
                return Err(format!("{id} is {status:?} for no reason"));
            }
            let given_up = row.last_code.as_deref() == Some("lease_expired");
            if message.status == DeliveryStatus::Sending
                && (status == DeliveryStatus::Ambiguous || status == DeliveryStatus::Retrying && given_up)
            {
                message.doubts += 1;
                message.doubted = true;
            }
            message.status = status;
        }
        Ok(())
    }
}

/// Of what waits for a place, nothing goes before what is claimed: priorities first, then by age.
pub(super) fn in_order(rows: &[Row], claimed: &str) -> Result<(), String> {
    let Some(taken) = rows.iter().find(|row| row.id == claimed) else {
        return Err(format!("{claimed} is not there"));
    };
    let earlier = rows.iter().find(|row| {
        row.destination_id == taken.destination_id
            && matches!(row.status.as_str(), "queued" | "retrying")
            && (-row.priority, &row.id) < (-taken.priority, &taken.id)
    });
    match earlier {
        Some(earlier) => Err(format!("{claimed} overtook {}", earlier.id)),
        None => Ok(()),
    }
}
