-- What happened, what is to be sent because of it, and every call of Slack.

CREATE TABLE events (
    key          TEXT PRIMARY KEY,
    source       TEXT NOT NULL CHECK (source IN ('lms', 'call_logic')),
    event_id     TEXT NOT NULL,
    trigger_key  TEXT NOT NULL,
    occurred_at  INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    product_id   TEXT NOT NULL,
    publisher_id TEXT,
    campaign_id  TEXT,
    lead_id      TEXT NOT NULL,
    -- The event as sent, compact JSON.
    body         TEXT NOT NULL,
    -- event_id comes first so that this index also finds the events of an id whatever their platform.
    UNIQUE (event_id, source)
) STRICT;

-- One connection plus one channel or member. A row here is the lock, the pace and the pause of that place:
-- whoever changes the status of a delivery holds its destination's row first.
CREATE TABLE destinations (
    id                TEXT PRIMARY KEY,
    connection_id     TEXT NOT NULL REFERENCES connections (id),
    target_kind       TEXT NOT NULL CHECK (target_kind IN ('channel', 'member')),
    target_id         TEXT NOT NULL,
    -- When the next delivery may be claimed. NULL: nothing waits, or one is being sent right now.
    ready_at          INTEGER,
    -- Generic cell rate: the theoretical arrival time of the next message, and the earliest moment it allows.
    tat               INTEGER NOT NULL DEFAULT 0,
    next_at           INTEGER NOT NULL DEFAULT 0,
    -- Slack said "later" (or failed for the moment): nothing goes out here before.
    blocked_until     INTEGER NOT NULL DEFAULT 0,
    -- The lease: who is sending which delivery, and until when that is believed. The delivery has no foreign key,
    -- because it refers to this table itself.
    lease_owner       TEXT,
    lease_until       INTEGER,
    lease_delivery_id TEXT,
    -- The channel Slack named for a member (D…).
    resolved_channel  TEXT,
    UNIQUE (connection_id, target_kind, target_id),
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL)),
    CHECK ((lease_owner IS NULL) = (lease_delivery_id IS NULL)),
    -- A leased destination is never claimable.
    CHECK (lease_owner IS NULL OR ready_at IS NULL)
) STRICT;

-- A claim costs what it takes: idle, leased and paused destinations are not in its range.
CREATE INDEX destinations_ready ON destinations (ready_at, id) WHERE ready_at IS NOT NULL;
CREATE INDEX destinations_leased ON destinations (lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE deliveries (
    -- UUIDv7: the order of ids is the order of sending.
    id             TEXT PRIMARY KEY,
    event_key      TEXT NOT NULL REFERENCES events (key),
    rule_id        TEXT NOT NULL REFERENCES rules (id),
    rule_version   INTEGER NOT NULL,
    destination_id TEXT NOT NULL REFERENCES destinations (id),
    -- Rendered when the event arrived: later edits of the rule do not change what was said.
    text           TEXT NOT NULL,
    status         TEXT NOT NULL
        CHECK (status IN ('queued', 'sending', 'sent', 'retrying', 'ambiguous', 'failed', 'suppressed')),
    -- Attempts that count: all but "rate limited".
    attempts       INTEGER NOT NULL DEFAULT 0,
    last_code      TEXT,
    -- Slack's receipt.
    slack_channel  TEXT,
    slack_ts       TEXT,
    created_at     INTEGER NOT NULL,
    -- When it reached its status.
    updated_at     INTEGER NOT NULL,
    -- One rule answers one event once. The event comes first: "what did this event cause" uses the same index.
    UNIQUE (event_key, rule_id)
) STRICT;

-- The queue: oldest waiting of a destination. The other two ride along so that the backlog is counted from it alone.
CREATE INDEX deliveries_waiting ON deliveries (destination_id, id, created_at, status)
    WHERE status IN ('queued', 'retrying');
-- Lists newest first. Nearly all are sent, and those are found by the primary key.
CREATE INDEX deliveries_by_status ON deliveries (status, id) WHERE status <> 'sent';
CREATE INDEX deliveries_by_rule ON deliveries (rule_id, id);

CREATE TABLE attempts (
    delivery_id    TEXT NOT NULL REFERENCES deliveries (id),
    -- Counts every call from 1, rate-limited ones included.
    number         INTEGER NOT NULL CHECK (number >= 1),
    outcome        TEXT NOT NULL
        CHECK (outcome IN ('sent', 'rate_limited', 'transient', 'ambiguous', 'permanent')),
    code           TEXT,
    http_status    INTEGER,
    note           TEXT,
    retry_after_ms INTEGER,
    started_at     INTEGER NOT NULL,
    finished_at    INTEGER NOT NULL,
    PRIMARY KEY (delivery_id, number)
) STRICT, WITHOUT ROWID;
