//! The business in which the tests play, and the people who log in.

use leadbell_domain::{EntityId, Role, UserId};
use leadbell_server::http::password;
use leadbell_server::ids::Fresh as _;
use leadbell_store::{NewUser, User};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::TestApp;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// The catalog, as `PUT /catalog` takes it.
pub fn json() -> Value {
    json!({
        "products": [
            {"id": 218, "name": "Debt Relief", "platform": "lms"},
            {"id": 219, "name": "Personal Loans", "platform": "lms"},
            {"id": 310, "name": "Auto Insurance Calls", "platform": "call_logic"},
        ],
        "publishers": [{"id": 1044, "name": "Blue Traffic"}, {"id": 1051, "name": "North Leads"}],
        "channels": [
            {"id": 5521, "name": "Blue POST 1", "platform": "lms", "product_id": 218, "publisher_id": 1044},
            {"id": 5601, "name": "North POST", "platform": "lms", "product_id": 218, "publisher_id": 1051},
        ],
        "sources": [
            {"id": 77120, "name": "fb-12", "publisher_id": 1044},
            {"id": 77300, "name": "native-3", "publisher_id": 1051},
        ],
        "buyers": [{"id": 402, "name": "Acme Lending"}, {"id": 455, "name": "Shield Auto"}],
        "campaigns": [
            {"id": 8807, "name": "Acme CA", "platform": "lms", "product_id": 218, "buyer_id": 402},
            {"id": 8820, "name": "Shield Debt", "platform": "lms", "product_id": 218, "buyer_id": 455},
            {"id": 9102, "name": "Shield TX", "platform": "call_logic", "product_id": 310, "buyer_id": 455},
        ],
        "pingtrees": [{"id": 31, "name": "Main US", "platform": "lms", "campaign_ids": [8807, 8820]}],
    })
}

/// Adds a person of this role, who is or manages publisher 1044 or buyer 402 where the role has one; gives the
/// address to log in with.
pub async fn person(app: &TestApp, role: Role) -> String {
    let publishers: &[&str] = match role {
        Role::Publisher | Role::PublisherAgent => &["1044"],
        _ => &[],
    };
    let buyers: &[&str] = match role {
        Role::BuyerAgent | Role::BuyerEditor => &["402"],
        _ => &[],
    };
    let ids = |ids: &[&str]| ids.iter().map(|id| EntityId::new(*id).expect("an id")).collect();
    let email = format!("{}@leadbell.example", role.key());
    let state = app.state();
    let user = User {
        id: UserId::fresh(),
        email: email.clone(),
        name: format!("The {}", role.label()),
        role,
        publishers: ids(publishers),
        buyers: ids(buyers),
        active: true,
        manages_until: None,
        created_at: state.clock.now_ms(),
    };
    // Hashing is slow on purpose; once is enough for all.
    static HASH: OnceCell<String> = OnceCell::const_new();
    let password_hash = HASH
        .get_or_init(async || password::hash(PASSWORD.into()).await.expect("a hash"))
        .await
        .clone();
    let new = NewUser { user, password_hash };
    state.store.insert_user(&new).await.expect("a new person");
    email
}
