//! Lists of the desk pages: the audit log, people, connections, presets.

use leadbell_domain::{AuditAction, Level, Platform, Role, Scope};
use leadbell_store::{AuditQuery, ConnectionQuery, ConnectionScope, PresetQuery, Store, UserQuery};

use crate::{Figures, ids};

pub async fn measure(figures: &mut Figures, store: &dyn Store) {
    for (what, query) in audit() {
        let list = async || drop(store.list_audit(&query).await.expect("lines"));
        figures.take(format!("audit: {what}"), list).await;
    }
    for (what, search, role, offset) in [
        ("first page", "", None, 0),
        ("last page", "", None, 1_950),
        ("“person 77”", "person 77", None, 0),
        ("of a role", "", Some(Role::GlobalAdmin), 0),
    ] {
        let query = UserQuery {
            search: search.to_owned(),
            role,
            status: None,
            offset,
            limit: 50,
        };
        let list = async || drop(store.list_users(&query).await.expect("people"));
        figures.take(format!("people: {what}"), list).await;
    }
    for (what, search, offset) in [
        ("first page", "", 0),
        ("last page", "", 1_950),
        ("“no such”", "no such", 0),
    ] {
        let query = ConnectionQuery {
            scope: ConnectionScope::All,
            search: search.to_owned(),
            status: None,
            rules: Level::ALL.into_iter().map(|level| (level, Scope::All)).collect(),
            offset,
            limit: 50,
        };
        let list = async || drop(store.page_connections(&query).await.expect("connections"));
        figures.take(format!("connections: {what}"), list).await;
    }
    let product = &ids(7..8)[0];
    for (what, product, search) in [
        ("of a product", Some(product), ""),
        ("of all", None, ""),
        ("of all, “no such”", None, "no such"),
    ] {
        let query = PresetQuery {
            scope: Scope::Platform(Platform::Lms),
            product: product.cloned(),
            search: search.to_owned(),
            offset: 0,
            limit: 50,
        };
        let list = async || drop(store.list_presets(&query).await.expect("presets"));
        figures.take(format!("presets: {what}"), list).await;
    }
}

fn audit() -> Vec<(&'static str, AuditQuery)> {
    let all = AuditQuery::of(Scope::All, None);
    let lms = AuditQuery::of(Scope::Platform(Platform::Lms), None);
    let search = |text: &str, of: &AuditQuery| AuditQuery {
        search: text.to_owned(),
        ..of.clone()
    };
    vec![
        ("first page", all.clone()),
        (
            "last page",
            AuditQuery {
                offset: 99_950,
                ..all.clone()
            },
        ),
        ("“rule 12345”", search("rule 12345", &all)),
        ("“no such”", search("no such", &all)),
        ("“price”, which is everywhere", search("price", &all)),
        (
            "who: “person 7”",
            AuditQuery {
                who: "person 7".to_owned(),
                ..all.clone()
            },
        ),
        (
            "of an action",
            AuditQuery {
                action: Some(AuditAction::RuleDeleted),
                ..all.clone()
            },
        ),
        (
            "of some time",
            AuditQuery {
                from: Some(40_000),
                until: Some(60_000),
                ..all
            },
        ),
        ("of LMS", lms.clone()),
        ("of LMS, “no such”", search("no such", &lms)),
    ]
}
