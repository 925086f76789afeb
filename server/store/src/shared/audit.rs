//! The audit log.

use async_trait::async_trait;
use leadbell_domain::{AuditAction, EntityId, Level, Platform, Rule, RuleId, Scope, StoredRule};

use super::fields::Fields;
use super::search::{self, AUDIT, Narrowed, push_search};
use super::store::{read, write};
use super::window::Window;
use super::{Connection, DbStore, Result, Row, Sql, push_in};
use crate::rule_audit::rule_entry;
use crate::text::{clean, search_text};
use crate::{Actor, AuditEntry, AuditLog, AuditQuery, AuditSubject, ChangeKind, Page, StoreError};

/// Lines that are few: no page of them is found sooner by walking back in time.
const FEW: i64 = 2_000;

async fn record(db: &mut Connection, entries: &[AuditEntry]) -> Result<()> {
    for entry in entries {
        let subject = &entry.subject;
        let search = search_text(&[
            entry.actor.name(),
            entry.action.label(),
            &subject.label,
            subject.id.as_deref().unwrap_or_default(),
            subject.place.as_ref().map_or("", |(_, entity)| entity.as_str()),
            &entry.detail,
        ]);
        sqlx::query(
            "INSERT INTO audit (id, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, \
             subject_label, level, entity_id, platform, detail, who, search) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )
        .bind(entry.id.as_str())
        .bind(entry.at)
        .bind(entry.actor.kind())
        .bind(entry.actor.id())
        .bind(clean(entry.actor.name()))
        .bind(entry.action.key())
        .bind(clean(&subject.kind))
        .bind(subject.id.as_deref().map(clean))
        .bind(clean(&subject.label))
        .bind(subject.place.as_ref().map(|(level, _)| level.key()))
        .bind(subject.place.as_ref().map(|(_, entity)| entity.as_str()))
        .bind(entry.platform.map(Platform::key))
        .bind(clean(&entry.detail))
        .bind(search_text(&[entry.actor.name()]))
        .bind(search)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Tells of a change of a rule, in the transaction that makes it.
pub(super) async fn record_rule(
    db: &mut Connection,
    before: Option<&Rule>,
    stored: &StoredRule,
    kind: ChangeKind,
    by: &Actor,
) -> Result<()> {
    record(db, &[rule_entry(before, stored, kind, by)?]).await
}

fn read_entry(row: &Row) -> Result<AuditEntry> {
    let fields = Fields::of(row, "audit", "id")?;
    let name: String = fields.get("actor_name")?;
    let actor = match fields.get("actor_kind")? {
        "person" => Actor::Person {
            id: fields.id("actor_id")?,
            name,
        },
        "api_key" => Actor::Key {
            id: fields.id("actor_id")?,
            name,
        },
        "command_line" => Actor::CommandLine,
        _ => Actor::System,
    };
    let level = fields.opt_key("level", Level::from_key)?;
    let entity: Option<EntityId> = fields.opt_id("entity_id")?;
    Ok(AuditEntry {
        id: fields.id("id")?,
        at: fields.get("at")?,
        actor,
        action: fields.key("action", AuditAction::from_key)?,
        subject: AuditSubject {
            kind: fields.get("subject_kind")?,
            id: fields.get("subject_id")?,
            label: fields.get("subject_label")?,
            place: level.zip(entity),
        },
        platform: fields.opt_key("platform", Platform::from_key)?,
        detail: fields.get("detail")?,
    })
}

/// Adds the conditions; answers `false` when nothing can be in scope.
fn push_filter(sql: &mut Sql, query: &AuditQuery, narrowed: &Narrowed) -> bool {
    sql.push(" WHERE 1 = 1");
    match &query.scope {
        Scope::All => {}
        Scope::Platform(platform) => {
            // No column by itself: two indexes would be merged and sorted, where walking back in time finds a page at
            // once.
            sql.push(" AND (COALESCE(a.platform, '') = ")
                .push_bind(platform.key());
            if let Some(reader) = &query.reader {
                sql.push(" OR (a.actor_kind = 'person' AND a.actor_id = ")
                    .push_bind(reader.to_string())
                    .push(")");
            }
            sql.push(")");
        }
        Scope::Nothing | Scope::Publishers(_) | Scope::Buyers(_) => return false,
    }
    if let Some(action) = query.action {
        sql.push(" AND a.action = ").push_bind(action.key());
    }
    if let Some(from) = query.from {
        sql.push(" AND a.at >= ").push_bind(from);
    }
    if let Some(until) = query.until {
        sql.push(" AND a.at < ").push_bind(until);
    }
    push_search(sql, "a.who", &query.who);
    search::push_long_search(sql, &AUDIT, &query.search, narrowed);
    true
}

async fn list(db: &mut Connection, query: &AuditQuery) -> Result<Page<AuditEntry>> {
    let narrowed = search::narrowed(db, &AUDIT, &query.search).await?;
    let mut count = Sql::new("SELECT COUNT(*) FROM audit a");
    let mut page = Sql::new(
        "SELECT a.id, a.at, a.actor_kind, a.actor_id, a.actor_name, a.action, a.subject_kind, a.subject_id, \
         a.subject_label, a.level, a.entity_id, a.platform, a.detail FROM (SELECT a.id AS page_id FROM audit a",
    );
    if !push_filter(&mut count, query, &narrowed) || !push_filter(&mut page, query, &narrowed) {
        return Ok(Page {
            rows: Vec::new(),
            total: 0,
        });
    }
    let total: i64 = count.build_query_scalar().fetch_one(&mut *db).await?;
    // Looking for words that are nowhere has read every line already.
    if total <= query.offset {
        return Ok(Page {
            rows: Vec::new(),
            total,
        });
    }
    let window = Window::new(query.limit, query.offset).of(total);
    // Many are soon met on the way back in time; few are gathered and put in order, which reads the table as it lies.
    page.push(match (total > FEW && narrowed.is_none(), window.backwards) {
        (true, false) => " ORDER BY a.at DESC, a.id DESC",
        (true, true) => " ORDER BY a.at, a.id",
        (false, false) => " ORDER BY +a.at DESC, a.id DESC",
        (false, true) => " ORDER BY +a.at, a.id",
    });
    window.push(&mut page);
    page.push(") page CROSS JOIN audit a WHERE a.id = page.page_id ORDER BY a.at DESC, a.id DESC");
    let rows = page
        .build()
        .fetch_all(db)
        .await?
        .iter()
        .map(read_entry)
        .collect::<Result<_>>()?;
    Ok(Page { rows, total })
}

async fn living(db: &mut Connection, ids: &[RuleId]) -> Result<Vec<RuleId>> {
    let mut sql = Sql::new("SELECT id FROM rules WHERE deleted_at IS NULL AND ");
    push_in(&mut sql, "id", ids.iter().map(RuleId::as_str));
    let rows = sql.build().fetch_all(db).await?;
    rows.iter()
        .map(|row| Fields::of(row, "rules", "id")?.id("id"))
        .collect()
}

#[async_trait]
impl AuditLog for DbStore {
    async fn record_audit(&self, entries: &[AuditEntry]) -> Result<(), StoreError> {
        write!(self, record, entries)
    }

    async fn list_audit(&self, query: &AuditQuery) -> Result<Page<AuditEntry>, StoreError> {
        read!(self, list, query)
    }

    async fn living_rules(&self, ids: &[RuleId]) -> Result<Vec<RuleId>, StoreError> {
        read!(self, living, ids)
    }
}
