-- How long things are kept: what goes, how far that is, and what stays known of it.

-- Whether a rule answered the event when it arrived: it is kept longer, also when its messages are gone.
ALTER TABLE events ADD COLUMN matched INTEGER NOT NULL DEFAULT 0;
UPDATE events SET matched = 1 WHERE key IN (SELECT event_key FROM deliveries);

-- Events that are gone: what comes again is known by this.
CREATE TABLE seen_events (
    -- The first sixteen bytes of SHA-256 over platform, NUL and the sender's id.
    hash        BLOB PRIMARY KEY,
    received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_events_by_time ON seen_events (received_at);

-- How far the removing of old rows is, kind by kind. One server at a time has the lease.
CREATE TABLE pruning (
    kind         TEXT PRIMARY KEY,
    -- The last id that was looked at; from anew_at on it begins at the beginning.
    reached      TEXT NOT NULL DEFAULT '',
    anew_at      INTEGER NOT NULL DEFAULT 0,
    lease_owner  TEXT,
    lease_until  INTEGER,
    last_at      INTEGER,
    last_removed INTEGER NOT NULL DEFAULT 0,
    removed      INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO pruning (kind) VALUES
    ('deliveries'), ('events_with_match'), ('events_without_match'), ('event_ids'), ('test_runs');
