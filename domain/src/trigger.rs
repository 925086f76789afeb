//! The 13 triggers, the levels at which each can be watched, and what "price" means for each.
//!
//! `domain.md` matrix A and §3.2 as data: a correction is one line here.

use serde::{Deserialize, Serialize};

/// Which half of the business an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Web leads.
    Lms,
    /// Phone calls.
    CallLogic,
}

impl Platform {
    /// Both platforms.
    pub const ALL: [Platform; 2] = [Platform::Lms, Platform::CallLogic];

    /// The name in data: `lms` or `call_logic`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Platform::Lms => "lms",
            Platform::CallLogic => "call_logic",
        }
    }

    /// The name shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Platform::Lms => "LMS",
            Platform::CallLogic => "Call Logic",
        }
    }

    /// The platform of this key (`cl`, the prefix of Call Logic's trigger keys, is understood too).
    #[must_use]
    pub fn from_key(key: &str) -> Option<Platform> {
        match key {
            "lms" => Some(Platform::Lms),
            "call_logic" | "cl" => Some(Platform::CallLogic),
            _ => None,
        }
    }
}

/// Where a rule lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// On a product: sees everything of that product.
    Product,
    /// On one buyer's campaign.
    Campaign,
    /// On a publisher, who may see the rule himself.
    Publisher,
}

impl Level {
    /// Every level.
    pub const ALL: [Level; 3] = [Level::Product, Level::Campaign, Level::Publisher];

    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Level::Product => "product",
            Level::Campaign => "campaign",
            Level::Publisher => "publisher",
        }
    }

    /// The name shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Level::Product => "Product",
            Level::Campaign => "Campaign",
            Level::Publisher => "Publisher",
        }
    }

    /// The level of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.key() == key)
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[allow(missing_docs, reason = "`help` describes each trigger in words")]
pub enum Trigger {
    LmsLeadSold,
    LmsLeadRejected,
    LmsCampaignRejected,
    LmsPublisherEarningReceived,
    LmsCampaignSold,
    LmsRevenuePingBack,
    ClLeadSold,
    ClLeadRejected,
    ClCampaignRejected,
    ClCampaignAccepted,
    ClCampaignSold,
    ClPublisherEarningReceived,
    ClBuyerResponse,
}

/// The amount a price restriction compares (`domain.md` §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceMeaning {
    /// What the lead brought in total.
    Total,
    /// What the campaign pays, bid or agreed to pay.
    CampaignPrice,
    /// What the publisher earns. The only amount a publisher ever learns.
    PublisherEarning,
    /// The amount of this ping back.
    PingbackAmount,
    /// The event has no price; a price restriction never matches.
    None,
}

/// One row of matrix A.
struct Row {
    key: &'static str,
    name: &'static str,
    platform: Platform,
    levels: &'static [Level],
    range: bool,
    help: &'static str,
}

use Level::{Campaign, Product, Publisher};

impl Trigger {
    /// Every trigger, in the order of the seed's page.
    pub const ALL: [Trigger; 13] = [
        Trigger::LmsLeadSold,
        Trigger::LmsLeadRejected,
        Trigger::LmsCampaignRejected,
        Trigger::LmsPublisherEarningReceived,
        Trigger::LmsCampaignSold,
        Trigger::LmsRevenuePingBack,
        Trigger::ClLeadSold,
        Trigger::ClLeadRejected,
        Trigger::ClCampaignRejected,
        Trigger::ClCampaignAccepted,
        Trigger::ClCampaignSold,
        Trigger::ClPublisherEarningReceived,
        Trigger::ClBuyerResponse,
    ];

    #[rustfmt::skip]
    fn row(self) -> Row {
        let row = |key, name, platform, levels, range, help| Row { key, name, platform, levels, range, help };
        let (lms, cl) = (Platform::Lms, Platform::CallLogic);
        match self {
            Trigger::LmsLeadSold => row("lms.lead_sold", "Lead Sold", lms, &[Product, Publisher], true,
                "The lead is sold; told once, at its final result."),
            Trigger::LmsLeadRejected => row("lms.lead_rejected", "Lead Rejected", lms, &[Product, Publisher], false,
                "No campaign accepted the lead."),
            Trigger::LmsCampaignRejected => row("lms.campaign_rejected", "Campaign Rejected", lms, &[Product, Campaign], false,
                "A campaign rejected the lead."),
            Trigger::LmsPublisherEarningReceived => row("lms.publisher_earning_received", "Publisher Earning Received", lms, &[Product, Publisher], false,
                "The publisher was credited, by a direct sale or a revenue post-back."),
            Trigger::LmsCampaignSold => row("lms.campaign_sold", "Campaign Sold", lms, &[Product, Campaign], true,
                "The lead was sold to a campaign; told for each campaign that buys it."),
            Trigger::LmsRevenuePingBack => row("lms.revenue_ping_back", "Revenue Ping Back", lms, &[Product, Campaign], false,
                "A revenue ping back was recorded for the lead."),
            Trigger::ClLeadSold => row("cl.lead_sold", "Lead Sold", cl, &[Product, Publisher], true,
                "The publisher's call was sold; told once, at its final result."),
            Trigger::ClLeadRejected => row("cl.lead_rejected", "Lead Rejected", cl, &[Product, Publisher], false,
                "No campaign took the publisher's call."),
            Trigger::ClCampaignRejected => row("cl.campaign_rejected", "Campaign Rejected", cl, &[Product, Campaign], false,
                "A campaign rejected the call."),
            Trigger::ClCampaignAccepted => row("cl.campaign_accepted", "Campaign Accepted", cl, &[Product, Campaign], false,
                "A campaign agreed to take the call."),
            Trigger::ClCampaignSold => row("cl.campaign_sold", "Campaign Sold", cl, &[Product, Campaign], true,
                "The call was sold to a campaign."),
            Trigger::ClPublisherEarningReceived => row("cl.publisher_earning_received", "Publisher Earning Received", cl, &[Product, Publisher], false,
                "The publisher was credited for a call."),
            Trigger::ClBuyerResponse => row("cl.buyer_response", "Buyer Response", cl, &[Product, Campaign], false,
                "The buyer answered the call."),
        }
    }

    /// The name in data, such as `lms.lead_sold`.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.row().key
    }

    /// The name without its platform, such as `Lead Sold`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The label of the seed's page, such as `[LMS] Lead Sold`.
    #[must_use]
    pub fn label(self) -> String {
        format!("[{}] {}", self.platform().label(), self.name())
    }

    /// One line that says when it happens.
    #[must_use]
    pub fn help(self) -> &'static str {
        self.row().help
    }

    /// The platform it belongs to.
    #[must_use]
    pub fn platform(self) -> Platform {
        self.row().platform
    }

    /// The levels at which a rule can watch it (matrix A).
    #[must_use]
    pub fn levels(self) -> &'static [Level] {
        self.row().levels
    }

    /// Whether "Price range inclusive" is offered: Lead Sold and Campaign Sold only, as the seed says.
    #[must_use]
    pub fn has_price_range(self) -> bool {
        self.row().range
    }

    /// The triggers of a level, and of a platform when the entity belongs to one.
    pub fn of_level(level: Level, platform: Option<Platform>) -> impl Iterator<Item = Trigger> {
        Trigger::ALL
            .into_iter()
            .filter(move |trigger| trigger.levels().contains(&level))
            .filter(move |trigger| platform.is_none_or(|platform| trigger.platform() == platform))
    }

    /// The trigger of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Trigger> {
        Trigger::ALL.into_iter().find(|trigger| trigger.key() == key)
    }

    /// Finds a trigger by key or by label, as other systems export it: Cyrillic look-alikes of the seed's page
    /// (`[LMS] Сampaign Sold`) are read as the Latin letters they imitate, case and spacing are ignored.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Trigger> {
        let tidy: String = text
            .chars()
            .map(|letter| match letter {
                'С' | 'с' => 'c',
                'а' | 'А' => 'a',
                'е' | 'Е' => 'e',
                'о' | 'О' => 'o',
                'р' | 'Р' => 'p',
                other => other.to_ascii_lowercase(),
            })
            .collect::<String>()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        Trigger::ALL
            .into_iter()
            .find(|trigger| trigger.key() == tidy || trigger.label().to_ascii_lowercase() == tidy)
    }

    /// What a price restriction compares for this trigger at this level.
    #[must_use]
    pub fn price_meaning(self, level: Level) -> PriceMeaning {
        match self {
            Trigger::LmsLeadRejected | Trigger::ClLeadRejected => PriceMeaning::None,
            _ if level == Level::Publisher => PriceMeaning::PublisherEarning,
            Trigger::LmsLeadSold | Trigger::ClLeadSold => PriceMeaning::Total,
            Trigger::LmsPublisherEarningReceived | Trigger::ClPublisherEarningReceived => {
                PriceMeaning::PublisherEarning
            }
            Trigger::LmsRevenuePingBack => PriceMeaning::PingbackAmount,
            _ => PriceMeaning::CampaignPrice,
        }
    }
}

impl TryFrom<String> for Trigger {
    type Error = String;
    fn try_from(key: String) -> Result<Self, String> {
        Trigger::from_key(&key).ok_or_else(|| format!("unknown trigger {key:?}"))
    }
}

impl From<Trigger> for String {
    fn from(trigger: Trigger) -> String {
        trigger.key().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_labels_are_the_seeds_in_clean_ascii() {
        let labels: Vec<String> = Trigger::ALL.into_iter().map(Trigger::label).collect();
        assert!(labels.iter().all(|label| label.is_ascii()));
        assert_eq!(labels[4], "[LMS] Campaign Sold");
        assert_eq!(labels[12], "[Call Logic] Buyer Response");
    }

    #[test]
    fn publisher_and_campaign_triggers_are_disjoint_and_make_up_the_products() {
        let of = |level| Trigger::of_level(level, None).collect::<Vec<_>>();
        assert_eq!(
            (of(Product).len(), of(Campaign).len(), of(Publisher).len()),
            (13, 7, 6)
        );
        assert!(
            of(Campaign)
                .iter()
                .all(|trigger| !of(Publisher).contains(trigger))
        );
    }

    #[test]
    fn the_cyrillic_label_of_the_seed_is_understood() {
        assert_eq!(
            Trigger::from_text("[LMS]  \u{421}ampaign Sold"),
            Some(Trigger::LmsCampaignSold)
        );
        assert_eq!(Trigger::from_text("lms.lead_sold"), Some(Trigger::LmsLeadSold));
        assert_eq!(Trigger::from_text("lead sold"), None);
    }

    #[test]
    fn a_publisher_level_price_is_only_ever_his_earning() {
        for trigger in Trigger::of_level(Publisher, None) {
            let meaning = trigger.price_meaning(Publisher);
            assert!(
                matches!(meaning, PriceMeaning::PublisherEarning | PriceMeaning::None),
                "{}",
                trigger.key()
            );
        }
    }
}
