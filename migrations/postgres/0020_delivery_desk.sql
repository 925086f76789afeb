-- What became of messages, where people see and mend it: lookups of the log, sending again, destinations that Slack
-- refuses, and who is told of trouble.

-- "Everything that was sent about this lead", and "everything that failed like this".
CREATE INDEX events_by_lead ON events (lead_id, key);
CREATE INDEX deliveries_by_code ON deliveries (last_code, id) WHERE last_code IS NOT NULL;

-- How often people had it sent again, and when they last did.
ALTER TABLE deliveries ADD COLUMN resends BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN resent_at BIGINT;

-- Slack refuses this channel or member itself: its code, since when, and when it last said so. NULL while it does not.
ALTER TABLE destinations ADD COLUMN fault_code TEXT COLLATE "C";
ALTER TABLE destinations ADD COLUMN fault_since BIGINT;
ALTER TABLE destinations ADD COLUMN fault_at BIGINT;
CREATE INDEX destinations_faulty ON destinations (fault_since, id) WHERE fault_since IS NOT NULL;

-- Where an owner of connections is told of trouble with them.
CREATE TABLE alert_routes (
    owner_kind    TEXT COLLATE "C" NOT NULL CHECK (owner_kind IN ('staff', 'publisher')),
    -- The publisher's id; empty for staff.
    owner_id      TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL REFERENCES connections (id),
    target_kind   TEXT COLLATE "C" NOT NULL CHECK (target_kind IN ('channel', 'member')),
    target_id     TEXT COLLATE "C" NOT NULL,
    updated_at    BIGINT NOT NULL,
    PRIMARY KEY (owner_kind, owner_id)
);

-- What was told, once for each trouble and once for its end, however many servers notice it.
CREATE TABLE alerts (
    id           TEXT COLLATE "C" PRIMARY KEY,
    owner_kind   TEXT COLLATE "C" NOT NULL CHECK (owner_kind IN ('staff', 'publisher')),
    owner_id     TEXT COLLATE "C" NOT NULL,
    subject_kind TEXT COLLATE "C" NOT NULL CHECK (subject_kind IN ('connection', 'destination', 'backlog')),
    subject_id   TEXT COLLATE "C" NOT NULL,
    -- When the trouble began: the next one of the same subject is another one.
    since        BIGINT NOT NULL,
    phase        TEXT COLLATE "C" NOT NULL CHECK (phase IN ('trouble', 'over')),
    text         TEXT COLLATE "C" NOT NULL,
    status       TEXT COLLATE "C" NOT NULL CHECK (status IN ('new', 'sending', 'sent', 'failed')),
    code         TEXT COLLATE "C",
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    UNIQUE (owner_kind, owner_id, subject_kind, subject_id, since, phase)
);
CREATE INDEX alerts_new ON alerts (created_at, id) WHERE status = 'new';
CREATE INDEX alerts_by_owner ON alerts (owner_kind, owner_id, created_at);
