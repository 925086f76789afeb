//! Setting what a placeholder tells, for trying a rule on an event that has not happened like this.

use crate::placeholder::FIELD_PREFIX;
use crate::{
    CallDetails, CampaignRef, Earning, EntityId, EntityRef, Event, EventId, FilterKey, Level, Method, Money,
    Pingback, PingtreeRef, PriceMeaning, Reject, Rule, Timestamp, parse_rfc3339,
};

/// Placeholders whose value follows from the rule, from another placeholder or from ourselves.
const NOT_SET: [&str; 8] = [
    "event_date",
    "trigger",
    "platform",
    "level",
    "rule_id",
    "rule_name",
    "entity_id",
    "log_url",
];

/// The placeholders whose values a try of this rule can set: those of its message, then those its filters look at.
#[must_use]
pub fn values_asked(rule: &Rule) -> Vec<String> {
    let mut asked: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !NOT_SET.contains(&name) && !asked.iter().any(|known| known == name) {
            asked.push(name.to_owned());
        }
    };
    for name in rule.action.template.placeholder_names() {
        add(name);
    }
    for key in rule.filters.lists.keys() {
        add(told_by(*key));
    }
    if rule.filters.price.is_some() {
        add(told_by(FilterKey::Price));
    }
    asked
}

/// The placeholder that tells what a filter looks at.
fn told_by(key: FilterKey) -> &'static str {
    match key {
        FilterKey::Method => "method",
        FilterKey::Publisher => "publisher_id",
        FilterKey::Channel => "channel_id",
        FilterKey::Source => "source_id",
        FilterKey::Buyer => "buyer_id",
        FilterKey::Campaign => "campaign_id",
        FilterKey::Pingtree => "pingtree_id",
        FilterKey::Price => "price",
    }
}

impl Event {
    /// Lets a placeholder of a rule of this level tell `text`. Complains about what can be no such value, in a sentence.
    pub fn put(&mut self, name: &str, text: &str, level: Level) -> Result<(), String> {
        if let Some(field) = name.strip_prefix(FIELD_PREFIX) {
            self.lead.fields.retain(|(known, _)| known != field);
            self.lead.fields.push((field.to_owned(), text.to_owned()));
            return Ok(());
        }
        let some = || Some(text.to_owned());
        match name {
            "event_id" => self.event_id = EventId::new(text).map_err(|error| error.to_string())?,
            "event_time" => self.occurred_at = time(text)?,
            "host" => self.host = some(),
            "is_test" => self.is_test = yes(text)?,
            "lead_id" => self.lead.id = text.to_owned(),
            "lead_public_id" => self.lead.public_id = some(),
            "lead_status" => self.lead.status = some(),
            "lead_created_at" => self.lead.created_at = Some(time(text)?),
            "method" => self.lead.method = Some(method(text)?),
            "state" => self.lead.state = some(),
            "zip" => self.lead.zip = some(),
            "sub_id" => self.lead.sub_id = some(),
            "min_price" => self.lead.min_price = Some(money(text)?),
            "price" => self.put_price(money(text)?, level),
            "currency" => self.money.currency = some(),
            "publisher_earning" => self.money.publisher_earning = Some(money(text)?),
            "total_price" => self.money.total = Some(money(text)?),
            "admin_revenue" => self.money.admin = Some(money(text)?),
            "agent_fee" => self.money.agent_fee = Some(money(text)?),
            "referral_fee" => self.money.referral_fee = Some(money(text)?),
            "reject_code" => self.reject().code = some(),
            "reject_reason" => self.reject().reason = some(),
            "campaigns_tried" => self.reject().campaigns_tried = Some(number(text)?),
            "last_campaign" => self.reject().last_campaign = some(),
            _ => return self.put_part(name, text),
        }
        Ok(())
    }

    /// The placeholders of an event's parts.
    fn put_part(&mut self, name: &str, text: &str) -> Result<(), String> {
        let some = || Some(text.to_owned());
        match name {
            "product_id" => put_id(&mut Some(&mut self.product), text)?,
            "product_name" => self.product.name = some(),
            "publisher_id" => entity_of(&mut self.publisher, text)?,
            "publisher_name" => named(self.publisher.as_mut(), "publisher")?.name = some(),
            "channel_id" => entity_of(&mut self.channel, text)?,
            "channel_name" => named(self.channel.as_mut(), "channel")?.name = some(),
            "source_id" => entity_of(&mut self.source, text)?,
            "source_name" => named(self.source.as_mut(), "source")?.name = some(),
            "buyer_id" => entity_of(&mut self.buyer, text)?,
            "buyer_name" => named(self.buyer.as_mut(), "buyer")?.name = some(),
            "campaign_id" => self.put_campaign(text)?,
            "campaign_name" => named(self.campaign.as_mut(), "campaign")?.entity.name = some(),
            "campaign_type" => named(self.campaign.as_mut(), "campaign")?.kind = some(),
            "buyer_response_ms" => {
                named(self.campaign.as_mut(), "campaign")?.response_ms = Some(number(text)?);
            }
            "redirect_url" => named(self.campaign.as_mut(), "campaign")?.redirect_url = some(),
            "pingtree_id" => self.put_pingtree(text)?,
            "pingtree_name" => named(self.pingtree.as_mut(), "pingtree")?.entity.name = some(),
            "pingtree_type" => named(self.pingtree.as_mut(), "pingtree")?.kind = some(),
            "pingback_id" => self.pingback().id = some(),
            "pingback_amount" => self.pingback().amount = Some(money(text)?),
            "pingback_at" => self.pingback().received_at = Some(time(text)?),
            "is_duplicate" => self.pingback().duplicate = yes(text)?,
            "earning_id" => self.earning().id = some(),
            "earning_amount" => self.earning().amount = Some(money(text)?),
            "earning_kind" => self.earning().kind = some(),
            "earnings_today" => self.earning().today = Some(money(text)?),
            _ => return self.call.get_or_insert_default().put(name, text),
        }
        Ok(())
    }

    /// The amount that "price" means for rules of this level.
    fn put_price(&mut self, amount: Money, level: Level) {
        match self.trigger.price_meaning(level) {
            PriceMeaning::None => {}
            PriceMeaning::Total => self.money.total = Some(amount),
            PriceMeaning::CampaignPrice => self.money.price = Some(amount),
            PriceMeaning::PingbackAmount => self.pingback().amount = Some(amount),
            PriceMeaning::PublisherEarning => {
                self.money.publisher_earning = Some(amount);
                if let Some(earning) = &mut self.earning {
                    earning.amount = Some(amount);
                }
            }
        }
    }

    fn put_campaign(&mut self, id: &str) -> Result<(), String> {
        if let Some(campaign) = &mut self.campaign {
            return put_id(&mut Some(&mut campaign.entity), id);
        }
        self.campaign = Some(CampaignRef {
            entity: entity(id)?,
            kind: None,
            attempt: None,
            response_ms: None,
            redirect_url: None,
        });
        Ok(())
    }

    fn put_pingtree(&mut self, id: &str) -> Result<(), String> {
        if let Some(pingtree) = &mut self.pingtree {
            return put_id(&mut Some(&mut pingtree.entity), id);
        }
        self.pingtree = Some(PingtreeRef {
            entity: entity(id)?,
            kind: None,
        });
        Ok(())
    }

    fn reject(&mut self) -> &mut Reject {
        self.reject.get_or_insert(Reject {
            code: None,
            reason: None,
            campaigns_tried: None,
            last_campaign: None,
        })
    }

    fn pingback(&mut self) -> &mut Pingback {
        self.pingback.get_or_insert(Pingback {
            id: None,
            amount: None,
            received_at: None,
            duplicate: false,
        })
    }

    fn earning(&mut self) -> &mut Earning {
        self.earning.get_or_insert(Earning {
            id: None,
            amount: None,
            kind: None,
            today: None,
        })
    }
}

impl CallDetails {
    fn put(&mut self, name: &str, text: &str) -> Result<(), String> {
        let some = || Some(text.to_owned());
        match name {
            "call_id" => self.id = some(),
            "caller_number" => self.caller = some(),
            "dialed_number" => self.dialed = some(),
            "call_started_at" => self.started_at = Some(time(text)?),
            "ivr_path" => self.ivr_path = some(),
            "wait_seconds" => self.wait_seconds = Some(number(text)?),
            "answered_at" => self.answered_at = Some(time(text)?),
            "ring_seconds" => self.ring_seconds = Some(number(text)?),
            "buyer_number" => self.buyer_number = some(),
            "buyer_duration_seconds" => self.buyer_duration_seconds = Some(number(text)?),
            "duration_seconds" => self.duration_seconds = Some(number(text)?),
            _ => return Err("This follows from the rule and can't be typed.".to_owned()),
        }
        Ok(())
    }
}

fn entity(id: &str) -> Result<EntityRef, String> {
    Ok(EntityRef {
        id: EntityId::new(id).map_err(|error| error.to_string())?,
        name: None,
    })
}

fn entity_of(part: &mut Option<EntityRef>, id: &str) -> Result<(), String> {
    match part {
        Some(known) => put_id(&mut Some(known), id),
        None => {
            *part = Some(entity(id)?);
            Ok(())
        }
    }
}

/// Another id is another entity: its name is to be looked up again.
fn put_id(part: &mut Option<&mut EntityRef>, id: &str) -> Result<(), String> {
    if let Some(known) = part
        && known.id.as_str() != id
    {
        **known = entity(id)?;
    }
    Ok(())
}

fn named<'a, T>(part: Option<&'a mut T>, what: &str) -> Result<&'a mut T, String> {
    part.ok_or_else(|| format!("The event has no {what}: fill in its ID, too."))
}

fn time(text: &str) -> Result<Timestamp, String> {
    parse_rfc3339(text).ok_or_else(|| "Write a time such as 2026-11-23T20:15:03Z.".to_owned())
}

fn money(text: &str) -> Result<Money, String> {
    text.parse()
        .map_err(|_| "Write an amount such as 42.50.".to_owned())
}

fn number(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| "Write a whole number.".to_owned())
}

fn method(text: &str) -> Result<Method, String> {
    Method::from_key(&text.to_ascii_uppercase()).ok_or_else(|| "It is POST or FORM.".to_owned())
}

fn yes(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" => Ok(true),
        "no" | "false" | "0" => Ok(false),
        _ => Err("It is yes or no.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placeholder::value_of;
    use crate::{RenderContext, Trigger, placeholders, sample_event};

    /// A text that can be the value of this placeholder, and what it then tells.
    fn text_for(name: &str) -> (&'static str, &'static str) {
        match name {
            "method" => ("form", "FORM"),
            "is_test" | "is_duplicate" => ("yes", "yes"),
            _ if name.ends_with("_time") || name.ends_with("_at") => {
                ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z")
            }
            _ if ["price", "revenue", "fee", "earning", "amount", "today"]
                .iter()
                .any(|part| name.ends_with(part)) =>
            {
                ("7.25", "7.25")
            }
            _ if name.ends_with("seconds") || name.ends_with("_ms") || name == "campaigns_tried" => {
                ("17", "17")
            }
            "reject_code" => ("cap", "cap"),
            _ => ("typed", "typed"),
        }
    }

    #[test]
    fn every_placeholder_tells_what_was_typed_for_it_at_every_level_and_trigger() {
        for trigger in Trigger::ALL {
            for level in trigger.levels() {
                for placeholder in placeholders(trigger, *level) {
                    if NOT_SET.contains(&placeholder.name) {
                        continue;
                    }
                    let (typed, told) = text_for(placeholder.name);
                    let mut event = sample_event(trigger);
                    let put = event.put(placeholder.name, typed, *level);
                    let case = format!("{} of {} at {level:?}", placeholder.name, trigger.key());
                    assert_eq!(put, Ok(()), "{case}");
                    let context = RenderContext {
                        level: *level,
                        rule_number: 1,
                        rule_name: "",
                        public_url: "",
                        shows_personal_data: true,
                    };
                    let value = value_of(placeholder.name, &event, &context).unwrap_or_default();
                    // A publisher reads a neutral sentence; a buyer's number is always masked.
                    let other = placeholder.name == "reject_reason" && *level == Level::Publisher
                        || placeholder.name == "buyer_number";
                    assert!(other || value == told, "{case}: {value}");
                }
            }
        }
    }

    #[test]
    fn another_id_is_another_entity_whose_name_is_not_the_old_one() {
        let mut event = sample_event(Trigger::LmsLeadSold);
        event.put("publisher_id", "1044", Level::Product).unwrap();
        assert_eq!(
            event.publisher.as_ref().unwrap().name.as_deref(),
            Some("Blue Traffic")
        );
        event.put("publisher_id", "2000", Level::Product).unwrap();
        assert_eq!(event.publisher.as_ref().unwrap().name, None);
    }

    #[test]
    fn what_can_not_be_a_value_is_said_in_a_sentence() {
        let mut event = sample_event(Trigger::LmsLeadRejected);
        for (name, text) in [
            ("price", "much"),
            ("event_time", "now"),
            ("is_test", "maybe"),
            ("buyer_name", "Acme"),
            ("rule_name", "x"),
        ] {
            assert!(event.put(name, text, Level::Product).is_err(), "{name}");
        }
    }
}
