//! What the log tells of an event, field by field, to a reader of some role (`domain.md` §9, classes of visibility).
//!
//! A publisher's side learns nothing of buyers, campaigns, pingtrees, prices other than the earning; a buyer's side
//! nothing of publishers and their channels. Personal data is masked until it is asked for.

use crate::permission::{may_see_money, may_show_personal_data};
use crate::placeholder::{mask, neutral_reason};
use crate::{EntityRef, Event, Money, Role, format_rfc3339};

/// One line about an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its heading.
    pub group: &'static str,
    /// What it is.
    pub label: String,
    /// The value.
    pub value: String,
    /// Something of the value is hidden.
    pub masked: bool,
}

/// Who may learn a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Everybody who sees the event.
    Anybody,
    /// Not the buyers' side.
    Supply,
    /// Not the publishers' side.
    Demand,
    /// Neither.
    Staff,
}

/// Whether a role sees both sides, or which one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    House,
    Publishers,
    Buyers,
}

fn side(role: Role) -> Side {
    match role {
        Role::Publisher | Role::PublisherAgent | Role::CompliancePublisher => Side::Publishers,
        Role::BuyerAgent | Role::BuyerEditor => Side::Buyers,
        Role::GlobalAdmin | Role::LmsAdmin | Role::CallLogicAdmin | Role::Support | Role::Qa => Side::House,
    }
}

/// What hides an amount.
pub const HIDDEN: &str = "•••";

struct Facts {
    role: Role,
    revealed: bool,
    all: Vec<Fact>,
}

impl Facts {
    fn admits(&self, class: Class) -> bool {
        match (side(self.role), class) {
            (Side::House, _) | (_, Class::Anybody) => true,
            (Side::Publishers, class) => class == Class::Supply,
            (Side::Buyers, class) => class == Class::Demand,
        }
    }

    fn push(&mut self, class: Class, group: &'static str, label: &str, value: Option<String>, masked: bool) {
        if let Some(value) = value.filter(|value| !value.is_empty())
            && self.admits(class)
        {
            self.all.push(Fact {
                group,
                label: label.to_owned(),
                value,
                masked,
            });
        }
    }

    fn text(&mut self, class: Class, group: &'static str, label: &str, value: Option<impl ToString>) {
        self.push(class, group, label, value.map(|value| value.to_string()), false);
    }

    fn entity(&mut self, class: Class, label: &str, entity: Option<&EntityRef>) {
        let value = entity.map(|entity| match &entity.name {
            Some(name) => format!("{name} ({})", entity.id),
            None => entity.id.to_string(),
        });
        self.push(class, "Where it belongs", label, value, false);
    }

    fn money(&mut self, class: Class, label: &str, amount: Option<Money>) {
        let hidden = !may_see_money(self.role);
        let value = amount.map(|amount| {
            if hidden {
                HIDDEN.to_owned()
            } else {
                amount.display()
            }
        });
        self.push(class, "Money", label, value, hidden);
    }

    fn personal(&mut self, class: Class, group: &'static str, label: &str, value: Option<&str>) {
        let shown = self.revealed && may_show_personal_data(self.role);
        let value = value.map(|value| if shown { value.to_owned() } else { mask(value) });
        self.push(class, group, label, value, !shown);
    }
}

/// Everything about the event that this role may learn; personal data only if it may and `revealed` says so.
#[must_use]
pub fn event_facts(event: &Event, role: Role, revealed: bool) -> Vec<Fact> {
    let mut facts = Facts {
        role,
        revealed,
        all: Vec::new(),
    };
    lead(&mut facts, event);
    call(&mut facts, event);
    belongings(&mut facts, event);
    money(&mut facts, event);
    outcome(&mut facts, event);
    facts.all
}

fn lead(facts: &mut Facts, event: &Event) {
    use Class::{Anybody, Supply};
    let (group, lead) = ("Lead", &event.lead);
    facts.text(Anybody, group, "ID", Some(&lead.id));
    facts.text(Supply, group, "Public ID", lead.public_id.as_ref());
    facts.text(Anybody, group, "Status", lead.status.as_ref());
    facts.text(Anybody, group, "Created", lead.created_at.map(format_rfc3339));
    facts.text(Anybody, group, "Method", lead.method.map(|method| method.key()));
    facts.text(Anybody, group, "State", lead.state.as_ref());
    facts.text(Anybody, group, "ZIP", lead.zip.as_ref());
    facts.text(Supply, group, "Sub ID", lead.sub_id.as_ref());
    facts.text(Anybody, group, "Test", event.is_test.then_some("yes"));
    facts.text(Supply, group, "Host", event.host.as_ref());
    for (name, value) in &lead.fields {
        facts.personal(Supply, "Personal data", name, Some(value));
    }
}

fn call(facts: &mut Facts, event: &Event) {
    use Class::{Anybody, Demand, Supply};
    let Some(call) = &event.call else { return };
    let group = "Call";
    facts.text(Anybody, group, "ID", call.id.as_ref());
    facts.text(Anybody, group, "Started", call.started_at.map(format_rfc3339));
    facts.text(Supply, group, "Voice menu", call.ivr_path.as_ref());
    facts.text(Supply, group, "Waited, seconds", call.wait_seconds);
    facts.text(Demand, group, "Answered", call.answered_at.map(format_rfc3339));
    facts.text(Demand, group, "Rang, seconds", call.ring_seconds);
    facts.text(Anybody, group, "Lasted, seconds", call.duration_seconds);
    facts.text(
        Demand,
        group,
        "With the buyer, seconds",
        call.buyer_duration_seconds,
    );
    let group = "Personal data";
    facts.personal(Anybody, group, "Caller", call.caller.as_deref());
    facts.personal(Supply, group, "Dialed", call.dialed.as_deref());
    facts.personal(Demand, group, "Buyer's number", call.buyer_number.as_deref());
}

fn belongings(facts: &mut Facts, event: &Event) {
    use Class::{Anybody, Demand, Supply};
    facts.entity(Anybody, "Product", Some(&event.product));
    facts.entity(Supply, "Publisher", event.publisher.as_ref());
    facts.entity(Supply, "Channel", event.channel.as_ref());
    facts.entity(Supply, "Source", event.source.as_ref());
    facts.entity(Demand, "Buyer", event.buyer.as_ref());
    facts.entity(
        Demand,
        "Campaign",
        event.campaign.as_ref().map(|campaign| &campaign.entity),
    );
    facts.entity(
        Demand,
        "Pingtree",
        event.pingtree.as_ref().map(|pingtree| &pingtree.entity),
    );
    let attempt = event.campaign.as_ref().and_then(|campaign| campaign.attempt);
    facts.text(Class::Staff, "Where it belongs", "Attempt", attempt);
}

fn money(facts: &mut Facts, event: &Event) {
    use Class::{Demand, Staff, Supply};
    let money = &event.money;
    let sold = event.trigger.levels().contains(&crate::Level::Publisher);
    // What a lead brought in all is no business of one campaign's buyer.
    facts.money(if sold { Staff } else { Demand }, "Price", money.price);
    facts.money(Staff, "Total", money.total);
    facts.money(Supply, "Publisher's earning", money.publisher_earning);
    facts.money(Staff, "Agent's fee", money.agent_fee);
    facts.money(Staff, "Referral fee", money.referral_fee);
    facts.money(Staff, "Revenue of the house", money.admin);
    facts.money(Supply, "Minimum price", event.lead.min_price);
    if let Some(earning) = &event.earning {
        facts.money(Supply, "Credited", earning.amount);
        facts.money(Supply, "Credited today", earning.today);
        facts.text(Supply, "Money", "Credited by", earning.kind.as_ref());
    }
    if let Some(pingback) = &event.pingback {
        facts.money(Demand, "Ping back", pingback.amount);
        facts.text(
            Demand,
            "Money",
            "Repeats one told before",
            pingback.duplicate.then_some("yes"),
        );
    }
    facts.text(Class::Anybody, "Money", "Currency", money.currency.as_ref());
}

fn outcome(facts: &mut Facts, event: &Event) {
    let Some(reject) = &event.reject else { return };
    let group = "Rejection";
    facts.text(Class::Anybody, group, "Code", reject.code.as_ref());
    if side(facts.role) == Side::Publishers {
        // The buyer's own words can name him.
        facts.text(
            Class::Supply,
            group,
            "Reason",
            reject.code.as_deref().map(neutral_reason),
        );
    }
    facts.text(Class::Demand, group, "Reason", reject.reason.as_ref());
    facts.text(Class::Supply, group, "Campaigns tried", reject.campaigns_tried);
    facts.text(
        Class::Staff,
        group,
        "Last campaign",
        reject.last_campaign.as_ref(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Trigger, parse_event};

    fn told(role: Role, revealed: bool) -> String {
        let json = serde_json::json!({
            "event_id": "e", "trigger": "cl.campaign_sold", "host": "site.example.com",
            "product": {"id": 310, "name": "Calls"},
            "lead": {"id": 7, "sub_id": "fb-12", "fields": {"email": "john@example.com"}},
            "call": {"id": "c-1", "caller": "+15555550100", "dialed": "+18005550199", "buyer_number": "+15555550177"},
            "publisher": {"id": 1044, "name": "Blue Traffic"}, "channel": {"id": 5521, "name": "Blue POST"},
            "source": {"id": 77120, "name": "radio"}, "pingtree": {"id": 31, "name": "Main US"},
            "buyer": {"id": 402, "name": "Acme"}, "campaign": {"id": 8807, "name": "Acme CA"},
            "money": {"price": "42.5", "total": "99.9", "publisher_earning": "30.3", "admin": "11.7"},
            "reject": {"code": "cap", "reason": "Acme is full", "last_campaign": "Acme TX"}
        });
        let event = parse_event(&json, 0).unwrap();
        assert_eq!(event.trigger, Trigger::ClCampaignSold);
        let lines = event_facts(&event, role, revealed);
        lines
            .iter()
            .map(|fact| format!("{}: {}\n", fact.label, fact.value))
            .collect()
    }

    #[test]
    fn a_publishers_side_learns_nothing_of_the_buyers_side() {
        for role in [Role::Publisher, Role::PublisherAgent, Role::CompliancePublisher] {
            let told = told(role, true);
            for hidden in ["Acme", "402", "8807", "Main US", "42.5", "99.9", "11.7", "0177"] {
                assert!(!told.contains(hidden), "{} learns {hidden}: {told}", role.label());
            }
            assert!(
                told.contains("Blue Traffic") && told.contains("30.3") && told.contains("limits"),
                "{told}"
            );
        }
    }

    #[test]
    fn a_buyers_side_learns_nothing_of_the_publishers_side() {
        for role in [Role::BuyerAgent, Role::BuyerEditor] {
            let told = told(role, true);
            for hidden in [
                "Blue",
                "1044",
                "5521",
                "radio",
                "fb-12",
                "30.3",
                "99.9",
                "11.7",
                "site.example",
                "0199",
            ] {
                assert!(!told.contains(hidden), "{} learns {hidden}: {told}", role.label());
            }
            assert!(told.contains("Acme CA") && told.contains("42.50"), "{told}");
        }
    }

    #[test]
    fn support_sees_no_amount() {
        let told = told(Role::Support, true);
        for hidden in ["42.5", "99.9", "30.3", "11.7"] {
            assert!(!told.contains(hidden), "{told}");
        }
        assert!(told.contains(HIDDEN) && told.contains("Acme CA"));
    }

    #[test]
    fn personal_data_is_masked_until_who_may_see_it_asks() {
        for role in Role::ALL {
            assert!(
                !told(role, false).contains("john@example.com"),
                "{}",
                role.label()
            );
            let told = told(role, true);
            assert_eq!(
                told.contains("john@example.com"),
                may_show_personal_data(role),
                "{}",
                role.label()
            );
            assert_eq!(
                told.contains("+15555550100"),
                may_show_personal_data(role),
                "{}",
                role.label()
            );
        }
    }
}
