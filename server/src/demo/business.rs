//! The demo's business: who buys, who sells, who works there. Invented; any likeness is chance.

use leadbell_domain::{EntityKind, EntityStatus, Platform, Role};

/// A person who can log in.
pub struct Person {
    pub email: &'static str,
    pub name: &'static str,
    pub role: Role,
    pub publisher: Option<&'static str>,
    pub buyer: Option<&'static str>,
}

const fn person(email: &'static str, name: &'static str, role: Role) -> Person {
    Person {
        email,
        name,
        role,
        publisher: None,
        buyer: None,
    }
}

pub const PEOPLE: [Person; 7] = [
    person("ann@leadbell.example", "Ann Kim", Role::GlobalAdmin),
    person("lou@leadbell.example", "Lou Meyer", Role::LmsAdmin),
    person("cal@leadbell.example", "Cal Ortiz", Role::CallLogicAdmin),
    Person {
        buyer: Some("402"),
        ..person("bo@leadbell.example", "Bo Larsen", Role::BuyerAgent)
    },
    Person {
        publisher: Some("1044"),
        ..person("pat@leadbell.example", "Pat Silva", Role::PublisherAgent)
    },
    Person {
        publisher: Some("1044"),
        ..person("dana@bluetraffic.example", "Dana Blue", Role::Publisher)
    },
    person("quinn@leadbell.example", "Quinn Rao", Role::Qa),
];

/// An entry of the catalog.
pub struct Entry {
    pub kind: EntityKind,
    pub id: &'static str,
    pub name: &'static str,
    pub platform: Option<Platform>,
    pub status: EntityStatus,
    pub product: Option<&'static str>,
    pub publisher: Option<&'static str>,
    pub buyer: Option<&'static str>,
    /// The campaigns in a pingtree.
    pub campaigns: &'static [&'static str],
}

const fn entry(kind: EntityKind, id: &'static str, name: &'static str) -> Entry {
    Entry {
        kind,
        id,
        name,
        platform: None,
        status: EntityStatus::Active,
        product: None,
        publisher: None,
        buyer: None,
        campaigns: &[],
    }
}

const LMS: Option<Platform> = Some(Platform::Lms);
const CALLS: Option<Platform> = Some(Platform::CallLogic);

const fn product(id: &'static str, name: &'static str, platform: Option<Platform>) -> Entry {
    Entry {
        platform,
        ..entry(EntityKind::Product, id, name)
    }
}

const fn channel(
    id: &'static str,
    name: &'static str,
    platform: Option<Platform>,
    product: &'static str,
    publisher: &'static str,
) -> Entry {
    Entry {
        platform,
        product: Some(product),
        publisher: Some(publisher),
        ..entry(EntityKind::Channel, id, name)
    }
}

const fn source(id: &'static str, name: &'static str, publisher: &'static str) -> Entry {
    Entry {
        publisher: Some(publisher),
        ..entry(EntityKind::Source, id, name)
    }
}

const fn campaign(
    id: &'static str,
    name: &'static str,
    platform: Option<Platform>,
    product: &'static str,
    buyer: &'static str,
) -> Entry {
    Entry {
        platform,
        product: Some(product),
        buyer: Some(buyer),
        ..entry(EntityKind::Campaign, id, name)
    }
}

const fn pingtree(
    id: &'static str,
    name: &'static str,
    platform: Option<Platform>,
    campaigns: &'static [&'static str],
) -> Entry {
    Entry {
        platform,
        campaigns,
        ..entry(EntityKind::Pingtree, id, name)
    }
}

pub const CATALOG: [Entry; 41] = [
    product("218", "Debt Relief", LMS),
    product("219", "Personal Loans", LMS),
    product("224", "Home Solar", LMS),
    product("231", "Life Insurance", LMS),
    product("310", "Auto Insurance Calls", CALLS),
    product("312", "Medicare Calls", CALLS),
    entry(EntityKind::Publisher, "1044", "Blue Traffic"),
    entry(EntityKind::Publisher, "1051", "North Leads"),
    entry(EntityKind::Publisher, "1063", "Clickfield"),
    entry(EntityKind::Publisher, "1078", "Radio Reach"),
    Entry {
        status: EntityStatus::Pending,
        ..entry(EntityKind::Publisher, "1090", "Fresh Start Media")
    },
    Entry {
        status: EntityStatus::Disabled,
        ..entry(EntityKind::Publisher, "1012", "Old Harbor")
    },
    channel("5521", "Blue POST 1", LMS, "218", "1044"),
    channel("5522", "Blue FORM", LMS, "218", "1044"),
    channel("5530", "Blue Loans", LMS, "219", "1044"),
    channel("5601", "North POST", LMS, "218", "1051"),
    Entry {
        status: EntityStatus::Paused,
        ..channel("5602", "North Solar", LMS, "224", "1051")
    },
    channel("5710", "Clickfield Loans", LMS, "219", "1063"),
    channel("6100", "Blue Calls", CALLS, "310", "1044"),
    channel("6120", "Radio Auto", CALLS, "310", "1078"),
    channel("6121", "Radio Medicare", CALLS, "312", "1078"),
    source("77120", "fb-12", "1044"),
    source("77121", "google-brand", "1044"),
    source("77122", "email-7", "1044"),
    source("77300", "native-3", "1051"),
    source("77410", "tiktok-1", "1063"),
    source("77900", "radio-3", "1078"),
    entry(EntityKind::Buyer, "402", "Acme Lending"),
    entry(EntityKind::Buyer, "417", "Summit Debt"),
    entry(EntityKind::Buyer, "455", "Shield Auto"),
    entry(EntityKind::Buyer, "460", "Harbor Health"),
    campaign("8807", "Acme CA", LMS, "218", "402"),
    campaign("8808", "Acme National", LMS, "218", "402"),
    campaign("8820", "Summit Settlement", LMS, "218", "417"),
    campaign("8831", "Acme Loans", LMS, "219", "402"),
    campaign("9102", "Shield TX", CALLS, "310", "455"),
    campaign("9103", "Shield South", CALLS, "310", "455"),
    campaign("9120", "Harbor Medicare", CALLS, "312", "460"),
    pingtree("31", "Main US", LMS, &["8807", "8808", "8820", "8831"]),
    pingtree("32", "Silent", LMS, &["8808", "8820"]),
    pingtree("40", "Auto Calls", CALLS, &["9102", "9103"]),
];

/// A rule to start with, as the REST interface would take it; `author` is a person's e-mail address.
pub struct DemoRule {
    pub level: leadbell_domain::Level,
    pub entity: &'static str,
    pub author: &'static str,
    pub json: &'static str,
}

use leadbell_domain::Level::{Campaign, Product, Publisher};

pub const RULES: [DemoRule; 6] = [
    DemoRule {
        level: Product,
        entity: "219",
        author: "lou@leadbell.example",
        json: r#"{
        "name": "Good loans", "trigger": "lms.lead_sold", "filters": {"price": {"op": "gte", "value": "60"}},
        "action": {"target": {"channel_id": "C0SALES01"}, "text": ":moneybag: *{{product_name}}* lead {{lead_id}} sold for {{price|money}} by {{publisher_name}}"}}"#,
    },
    DemoRule {
        level: Product,
        entity: "224",
        author: "ann@leadbell.example",
        json: r#"{
        "name": "Solar rejects", "trigger": "lms.lead_rejected", "filters": {"method": {"any_of": ["POST"]}},
        "action": {"target": {"channel_id": "C0REJECTS"}, "text": "Lead {{lead_id}} from {{publisher_name}} / {{source_name}} rejected: {{reject_code}}"}}"#,
    },
    DemoRule {
        level: Product,
        entity: "310",
        author: "cal@leadbell.example",
        json: r#"{
        "name": "Answered calls", "trigger": "cl.buyer_response",
        "action": {"target": {"channel_id": "C0CALLS01"}, "text": "{{buyer_name}} answered {{caller_number}} after {{ring_seconds}} s ({{campaign_name}})"}}"#,
    },
    DemoRule {
        level: Campaign,
        entity: "8807",
        author: "bo@leadbell.example",
        json: r#"{
        "name": "Acme CA sales to me", "trigger": "lms.campaign_sold", "filters": {"price": {"op": "between", "min": "40", "max": "120"}},
        "action": {"target": {"member_id": "U0BENRUIZ"}, "text": "Acme CA bought lead {{lead_id}} for {{price|money}}"}}"#,
    },
    DemoRule {
        level: Publisher,
        entity: "1044",
        author: "pat@leadbell.example",
        json: r#"{
        "name": "Blue Traffic earnings", "trigger": "lms.publisher_earning_received", "filters": {"price": {"op": "gt_zero"}},
        "action": {"target": {"channel_id": "C0BLUETRF"}, "text": "You earned {{price|money}} for lead {{lead_id}} ({{source_name}})"}}"#,
    },
    DemoRule {
        level: Product,
        entity: "231",
        author: "ann@leadbell.example",
        json: r#"{
        "name": "Every life sale (off)", "trigger": "lms.lead_sold", "status": "disabled",
        "action": {"target": {"channel_id": "C0SALES01"}, "text": "Lead {{lead_id}} sold for {{price|money}}"}}"#,
    },
];
