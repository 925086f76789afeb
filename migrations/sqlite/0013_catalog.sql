-- The campaigns in a pingtree, more ways to list the catalog, and files on their way into it.

-- No foreign keys, as for owners: events name a tree and a campaign before anybody entered them.
CREATE TABLE pingtree_campaigns (
    pingtree_id TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    PRIMARY KEY (pingtree_id, campaign_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pingtree_campaigns_by_campaign ON pingtree_campaigns (campaign_id, pingtree_id);

-- How many there are, by what lists narrow to.
CREATE INDEX entities_by_status ON entities (kind, status, platform, discovered);
-- Lists by what changed last.
CREATE INDEX entities_by_change ON entities (kind, updated_at, id);
-- What belongs to a product.
CREATE INDEX entities_by_product ON entities (kind, product_id) WHERE product_id IS NOT NULL;
-- The people assigned to a publisher or buyer.
CREATE INDEX people_by_entity ON user_entities (kind, entity_id);

-- A CSV file between its dry run and its import, as its owner uploaded it.
CREATE TABLE catalog_imports (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    data       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
