//! The house that is measured.

use leadbell_domain::EntityKind;
use leadbell_store::Pools;

/// How many there are of each kind; and rules.
pub const HOUSE: [(EntityKind, usize); 7] = [
    (EntityKind::Product, 200),
    (EntityKind::Publisher, 20_000),
    (EntityKind::Channel, 50_000),
    (EntityKind::Source, 20_000),
    (EntityKind::Buyer, 5_000),
    (EntityKind::Campaign, 10_000),
    (EntityKind::Pingtree, 500),
];
const RULES: usize = 100_000;
const PEOPLE: usize = 2_000;
const CONNECTIONS: usize = 2_000;
const PRESETS: usize = 5_000;
/// Of the audit log.
const LINES: usize = 100_000;

async fn run(pools: &Pools, statement: &str) {
    match pools {
        Pools::Sqlite(pool) => drop(sqlx::query(statement).execute(pool).await.expect("it works")),
        Pools::Postgres(pool) => drop(sqlx::query(statement).execute(pool).await.expect("it works")),
    }
}

fn numbers(pools: &Pools, count: usize) -> String {
    match pools {
        Pools::Sqlite(_) => format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
        ),
        Pools::Postgres(_) => format!("WITH numbers (n) AS (SELECT generate_series(1, {count}))"),
    }
}

/// Fills the house behind the store's back: through its doors it would take an hour.
pub async fn fill(pools: &Pools) {
    for (kind, count) in HOUSE {
        let key = kind.key();
        let owner = |owner: EntityKind, many: usize| match kind.owners().contains(&owner) {
            true => format!("CAST(1 + n % {many} AS TEXT)"),
            false => "NULL".to_owned(),
        };
        let (product, publisher, buyer) = (
            owner(EntityKind::Product, 200),
            owner(EntityKind::Publisher, 20_000),
            owner(EntityKind::Buyer, 5_000),
        );
        let platform = match kind {
            EntityKind::Publisher | EntityKind::Buyer | EntityKind::Source => "NULL",
            _ => "CASE n % 3 WHEN 0 THEN 'call_logic' ELSE 'lms' END",
        };
        let name = format!(
            "'{} ' || CASE n % 7 WHEN 0 THEN 'Blue' WHEN 1 THEN 'North' ELSE 'Traffic' END || ' ' || CAST(n * 7919 % 99991 AS TEXT)",
            kind.label()
        );
        run(
            pools,
            &format!(
                "{} INSERT INTO entities (kind, id, name, platform, status, product_id, publisher_id, buyer_id, \
                 discovered, created_at, updated_at, search) \
                 SELECT '{key}', CAST(n AS TEXT), {name}, {platform}, CASE n % 20 WHEN 0 THEN 'deleted' WHEN 1 THEN \
                 'disabled' ELSE 'active' END, {product}, {publisher}, {buyer}, CASE n % 10 WHEN 0 THEN 1 ELSE 0 END, n, n, \
                 lower({name}) || '\n' || CAST(n AS TEXT) FROM numbers",
                numbers(pools, count)
            ),
        )
        .await;
    }
    run(
        pools,
        &format!(
            "{} INSERT INTO pingtree_campaigns (pingtree_id, campaign_id) SELECT CAST(1 + n % 500 AS TEXT), \
             CAST(1 + n % 9973 AS TEXT) FROM numbers ON CONFLICT DO NOTHING",
            numbers(pools, 20_000)
        )
        // SQLite takes the ON for a join's without it.
        .replace("FROM numbers ON", "FROM numbers WHERE true ON"),
    )
    .await;
    business(pools).await;
    // As autovacuum does within a minute of so many rows.
    run(
        pools,
        match pools {
            Pools::Sqlite(_) => "ANALYZE",
            Pools::Postgres(_) => "VACUUM ANALYZE",
        },
    )
    .await;
}

/// A UUID whose last digits are this expression.
fn uuid(group: &str, number: &str) -> String {
    format!("'01931c3e-7b1a-7c3e-{group}-' || substr(CAST(1000000000000 + {number} AS TEXT), 2)")
}

/// People, connections, rules, presets and lines of the audit log.
async fn business(pools: &Pools) {
    let blob = match pools {
        Pools::Sqlite(_) => |n: &str| format!("CAST({n} AS BLOB)"),
        Pools::Postgres(_) => |n: &str| format!("CAST(CAST({n} AS TEXT) AS BYTEA)"),
    };
    let of = |count: usize, statement: String| format!("{} {statement} FROM numbers", numbers(pools, count));
    let (user, connection, rule, line) = ("9a55", "8a55", "8b55", "ba55");
    let author = uuid(user, "(1 + n % 40)");
    let statements = [
        of(PEOPLE, format!(
            "INSERT INTO users (id, email, name, role, password_hash, active, created_at, search) SELECT {}, \
             'p' || n || '@example.com', 'Person ' || n, 'global_admin', 'x', 1, 1, 'person ' || n || '\np' || n || '@example.com'",
            uuid(user, "n")
        )),
        of(CONNECTIONS, format!(
            "INSERT INTO connections (id, name, owner_kind, owner_id, kind, hint, token_sealed, token_fingerprint, \
             scopes, status, created_at, search) SELECT {}, 'Workspace ' || n, 'staff', '', 'bot', 'xoxb', {blob}, {blob}, \
             '[]', 'ok', n, 'workspace ' || n",
            uuid(connection, "n"), blob = blob("n")
        )),
        // Half of the rules of products are on one of them, the others on a hundred; one publisher is named by 10,000.
        of(RULES, format!(
            "INSERT INTO rules (id, number, version, change_seq, name, level, entity_id, trigger_key, platform, filters, \
             connection_id, target_kind, target_id, template, status, author_id, created_at, updated_at, search) \
             SELECT {}, n, 1, n, 'Rule ' || (n * 7919 % 99991), \
             CASE n % 4 WHEN 0 THEN 'publisher' WHEN 1 THEN 'campaign' ELSE 'product' END, \
             CASE WHEN n % 8 IN (2, 3) THEN '1' ELSE CAST(1 + n / 4 % CASE n % 4 WHEN 0 THEN 20000 WHEN 1 THEN 10000 \
             ELSE 100 END AS TEXT) END, CASE n % 5 WHEN 0 THEN 'lms.lead_rejected' ELSE 'lms.lead_sold' END, 'lms', \
             '{{\"publisher\":{{\"any_of\":[\"' || (1 + n % 20000) || '\"' || CASE n % 10 WHEN 0 THEN ',\"7\"' ELSE '' END || ']}}}}', \
             {}, 'channel', 'C0SALES' || (n % 300), 'Lead {{{{lead_id}}}} sold for {{{{price|money}}}} by \
             {{{{publisher_name}}}}', CASE n % 9 WHEN 0 THEN 'disabled' ELSE 'active' END, \
             CASE n % 9 WHEN 0 THEN NULL ELSE {author} END, n, n * 7919 % 99991, '#' || n || '\nrule ' || \
             (n * 7919 % 99991) || '\nc0sales' || (n % 300) || '\nlead {{{{lead_id}}}} sold for {{{{price|money}}}} by {{{{publisher_name}}}}\n'",
            uuid(rule, "n"), uuid(connection, "(1 + n % 2000)")
        )),
        of(RULES, "INSERT INTO rule_uses (kind, entity_id, number) SELECT 'publisher', CAST(1 + n % 20000 AS TEXT), n".to_owned()),
        of(RULES / 10, "INSERT INTO rule_uses (kind, entity_id, number) SELECT 'publisher', '7', n * 10".to_owned()),
        of(PRESETS, format!(
            "INSERT INTO presets (id, product_id, name, trigger_key, draft, version, author_id, created_at, updated_at, search) \
             SELECT {}, CAST(1 + n % 200 AS TEXT), 'Preset ' || n, 'lms.lead_sold', '{{\"name\":\"Preset\",\"trigger\":\"lms.lead_sold\"}}', \
             1, {author}, 1, n, 'preset ' || n",
            uuid(rule, "n")
        )),
        of(PRESETS, format!(
            "INSERT INTO preset_uses (kind, entity_id, preset_id) SELECT 'publisher', CAST(1 + n % 20 AS TEXT), {}",
            uuid(rule, "n")
        )),
        of(LINES, format!(
            "INSERT INTO audit (id, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_label, \
             level, entity_id, platform, detail, who, search) SELECT {}, n, 'person', {author}, 'Person ' || (1 + n % 40), \
             CASE n % 50 WHEN 0 THEN 'rule.deleted' ELSE 'rule.changed' END, 'rule', 'r' || n, 'Rule ' || n, 'product', \
             CAST(n % 200 AS TEXT), CASE n % 3 WHEN 0 THEN 'call_logic' ELSE 'lms' END, \
             'Message Text: Lead sold → Lead sold for a price', 'person ' || (1 + n % 40), 'person ' || (1 + n % 40) || \
             '\nrule changed\nrule ' || n || '\nr' || n || '\nmessage text: lead sold → lead sold for a price'",
            uuid(line, "n")
        )),
    ];
    for statement in &statements {
        run(pools, statement).await;
    }
}
