-- What happened, what is to be sent because of it, and every call of Slack.

CREATE TABLE events (
    key          TEXT COLLATE "C" PRIMARY KEY,
    source       TEXT COLLATE "C" NOT NULL CHECK (source IN ('lms', 'call_logic')),
    event_id     TEXT COLLATE "C" NOT NULL,
    trigger_key  TEXT COLLATE "C" NOT NULL,
    occurred_at  BIGINT NOT NULL,
    received_at  BIGINT NOT NULL,
    product_id   TEXT COLLATE "C" NOT NULL,
    publisher_id TEXT COLLATE "C",
    campaign_id  TEXT COLLATE "C",
    lead_id      TEXT COLLATE "C" NOT NULL,
    -- The event as sent, compact JSON.
    body         TEXT COLLATE "C" NOT NULL,
    -- event_id comes first so that this index also finds the events of an id whatever their platform.
    UNIQUE (event_id, source)
);

-- One connection plus one channel or member. A row here is the lock, the pace and the pause of that place:
-- whoever changes the status of a delivery holds its destination's row first.
CREATE TABLE destinations (
    id                TEXT COLLATE "C" PRIMARY KEY,
    connection_id     TEXT COLLATE "C" NOT NULL REFERENCES connections (id),
    target_kind       TEXT COLLATE "C" NOT NULL CHECK (target_kind IN ('channel', 'member')),
    target_id         TEXT COLLATE "C" NOT NULL,
    -- When the next delivery may be claimed. NULL: nothing waits, or one is being sent right now.
    ready_at          BIGINT,
    -- Generic cell rate: the theoretical arrival time of the next message, and the earliest moment it allows.
    tat               BIGINT NOT NULL DEFAULT 0,
    next_at           BIGINT NOT NULL DEFAULT 0,
    -- Slack said "later" (or failed for the moment): nothing goes out here before.
    blocked_until     BIGINT NOT NULL DEFAULT 0,
    -- The lease: who is sending which delivery, and until when that is believed. The delivery has no foreign key,
    -- because it refers to this table itself.
    lease_owner       TEXT COLLATE "C",
    lease_until       BIGINT,
    lease_delivery_id TEXT COLLATE "C",
    -- The channel Slack named for a member (D…).
    resolved_channel  TEXT COLLATE "C",
    UNIQUE (connection_id, target_kind, target_id),
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL)),
    CHECK ((lease_owner IS NULL) = (lease_delivery_id IS NULL)),
    -- A leased destination is never claimable.
    CHECK (lease_owner IS NULL OR ready_at IS NULL)
);

-- Two updates per message: room on the page for new versions, and early cleaning, keep table and indexes small.
ALTER TABLE destinations SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

-- A claim costs what it takes: idle, leased and paused destinations are not in its range.
CREATE INDEX destinations_ready ON destinations (ready_at, id) WHERE ready_at IS NOT NULL;
CREATE INDEX destinations_leased ON destinations (lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE deliveries (
    -- UUIDv7: the order of ids is the order of sending.
    id             TEXT COLLATE "C" PRIMARY KEY,
    event_key      TEXT COLLATE "C" NOT NULL REFERENCES events (key),
    rule_id        TEXT COLLATE "C" NOT NULL REFERENCES rules (id),
    rule_version   BIGINT NOT NULL,
    destination_id TEXT COLLATE "C" NOT NULL REFERENCES destinations (id),
    -- Rendered when the event arrived: later edits of the rule do not change what was said.
    text           TEXT COLLATE "C" NOT NULL,
    status         TEXT COLLATE "C" NOT NULL
        CHECK (status IN ('queued', 'sending', 'sent', 'retrying', 'ambiguous', 'failed', 'suppressed')),
    -- Attempts that count: all but "rate limited".
    attempts       BIGINT NOT NULL DEFAULT 0,
    last_code      TEXT COLLATE "C",
    -- Slack's receipt.
    slack_channel  TEXT COLLATE "C",
    slack_ts       TEXT COLLATE "C",
    created_at     BIGINT NOT NULL,
    -- When it reached its status.
    updated_at     BIGINT NOT NULL,
    -- One rule answers one event once. The event comes first: "what did this event cause" uses the same index.
    UNIQUE (event_key, rule_id)
);

-- The queue: oldest waiting of a destination. The other two ride along so that the backlog is counted from it alone.
CREATE INDEX deliveries_waiting ON deliveries (destination_id, id, created_at, status)
    WHERE status IN ('queued', 'retrying');
-- Lists newest first. Nearly all are sent, and those are found by the primary key.
CREATE INDEX deliveries_by_status ON deliveries (status, id) WHERE status <> 'sent';
CREATE INDEX deliveries_by_rule ON deliveries (rule_id, id);

CREATE TABLE attempts (
    delivery_id    TEXT COLLATE "C" NOT NULL REFERENCES deliveries (id),
    -- Counts every call from 1, rate-limited ones included.
    number         BIGINT NOT NULL CHECK (number >= 1),
    outcome        TEXT COLLATE "C" NOT NULL
        CHECK (outcome IN ('sent', 'rate_limited', 'transient', 'ambiguous', 'permanent')),
    code           TEXT COLLATE "C",
    http_status    BIGINT,
    note           TEXT COLLATE "C",
    retry_after_ms BIGINT,
    started_at     BIGINT NOT NULL,
    finished_at    BIGINT NOT NULL,
    PRIMARY KEY (delivery_id, number)
);
