//! Whose data a query may touch, as conditions of that query.
//!
//! Each function adds `AND …` and answers `true`, or answers `false` when nothing can be in scope; then the query
//! must not be asked at all. What is not named here is out of scope.

use leadbell_domain::{EntityId, EntityKind, Level, Scope};

use super::{Sql, push_in};
use crate::ConnectionScope;

/// The scope of rules of one level; `r` is the table `rules`.
#[must_use]
pub(super) fn push_rules(sql: &mut Sql, scope: &Scope, level: Level) -> bool {
    if scope.is_nothing() {
        return false;
    }
    match (scope, level) {
        (Scope::All, _) => {}
        (Scope::Platform(platform), _) => {
            sql.push(" AND r.platform = ").push_bind(platform.key());
        }
        (Scope::Publishers(ids), Level::Publisher) => {
            sql.push(" AND ");
            push_in(sql, "r.entity_id", ids.iter().map(EntityId::as_str));
        }
        (Scope::Buyers(ids), Level::Campaign) => {
            sql.push(
                " AND EXISTS (SELECT 1 FROM entities c WHERE c.kind = 'campaign' AND c.id = r.entity_id AND ",
            );
            push_in(sql, "c.buyer_id", ids.iter().map(EntityId::as_str));
            sql.push(")");
        }
        _ => return false,
    }
    true
}

/// The scope of entities of one kind; `e` is the table `entities`.
#[must_use]
pub(super) fn push_entities(sql: &mut Sql, scope: &Scope, kind: EntityKind) -> bool {
    if scope.is_nothing() {
        return false;
    }
    let (column, ids) = match (scope, kind) {
        (Scope::All, _) => return true,
        (Scope::Platform(platform), _) => {
            sql.push(" AND (e.platform IS NULL OR e.platform = ")
                .push_bind(platform.key())
                .push(")");
            return true;
        }
        (Scope::Publishers(ids), EntityKind::Publisher) | (Scope::Buyers(ids), EntityKind::Buyer) => {
            ("e.id", ids)
        }
        (Scope::Publishers(ids), EntityKind::Channel | EntityKind::Source) => ("e.publisher_id", ids),
        (Scope::Buyers(ids), EntityKind::Campaign) => ("e.buyer_id", ids),
        (Scope::Buyers(ids), EntityKind::Pingtree) => {
            // The trees that hold a campaign of theirs.
            sql.push(
                " AND e.id IN (SELECT p.pingtree_id FROM entities c JOIN pingtree_campaigns p ON \
                 p.campaign_id = c.id WHERE c.kind = 'campaign' AND ",
            );
            push_in(sql, "c.buyer_id", ids.iter().map(EntityId::as_str));
            sql.push(")");
            return true;
        }
        _ => return false,
    };
    sql.push(" AND ");
    push_in(sql, column, ids.iter().map(EntityId::as_str));
    true
}

/// The scope of connections.
#[must_use]
pub(super) fn push_connections(sql: &mut Sql, scope: &ConnectionScope) -> bool {
    match scope {
        ConnectionScope::All => true,
        ConnectionScope::House(ids) => {
            sql.push(" AND (owner_kind = 'staff' OR ");
            push_in(sql, "owner_id", ids.iter().map(EntityId::as_str));
            sql.push(")");
            true
        }
        ConnectionScope::Publishers(ids) if !ids.is_empty() => {
            sql.push(" AND owner_kind = 'publisher' AND ");
            push_in(sql, "owner_id", ids.iter().map(EntityId::as_str));
            true
        }
        ConnectionScope::Publishers(_) | ConnectionScope::Nothing => false,
    }
}
