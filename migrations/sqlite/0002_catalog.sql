-- What rules live on and filter by: products, campaigns, publishers, channels, sources, buyers, pingtrees.
-- One table, because each is an outside id with a name and owners; ids are unique within their kind only.

CREATE TABLE entities (
    kind         TEXT NOT NULL
        CHECK (kind IN ('product', 'campaign', 'publisher', 'channel', 'source', 'buyer', 'pingtree')),
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    -- NULL for whom both platforms serve.
    platform     TEXT CHECK (platform IN ('lms', 'call_logic')),
    status       TEXT NOT NULL
        CHECK (status IN ('active', 'pending', 'paused', 'test', 'disabled', 'deleted')),
    -- Owners. No foreign keys: events name a channel before anybody entered its publisher.
    product_id   TEXT,
    publisher_id TEXT,
    buyer_id     TEXT,
    -- 1: seen in an event before anybody entered it.
    discovered   INTEGER NOT NULL CHECK (discovered IN (0, 1)),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    -- Name and id in lower case as Rust sees it, so that both databases find and sort all languages alike.
    search       TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;

-- Lists of a kind by name.
CREATE INDEX entities_by_name ON entities (kind, search, id);
-- What belongs to a publisher or a buyer: the scope of his agent, and the options of filters.
CREATE INDEX entities_by_publisher ON entities (kind, publisher_id) WHERE publisher_id IS NOT NULL;
CREATE INDEX entities_by_buyer ON entities (kind, buyer_id) WHERE buyer_id IS NOT NULL;
