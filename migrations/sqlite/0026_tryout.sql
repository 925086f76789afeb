-- Trying rules: runs on one event, which are kept, and backtests over the events of the last days.

CREATE TABLE test_runs (
    id            TEXT PRIMARY KEY,
    made_at       INTEGER NOT NULL,
    actor_kind    TEXT NOT NULL,
    actor_id      TEXT,
    actor_name    TEXT NOT NULL,
    -- The name in lower case, to be searched.
    who           TEXT NOT NULL,
    level         TEXT NOT NULL CHECK (level IN ('product', 'campaign', 'publisher')),
    entity_id     TEXT NOT NULL,
    platform      TEXT NOT NULL CHECK (platform IN ('lms', 'call_logic')),
    trigger_key   TEXT NOT NULL,
    -- The rule and its version; NULL for one that was still in the form.
    rule_id       TEXT REFERENCES rules (id),
    rule_number   INTEGER,
    rule_version  INTEGER,
    rule_name     TEXT NOT NULL,
    target_kind   TEXT NOT NULL CHECK (target_kind IN ('channel', 'member')),
    target_id     TEXT NOT NULL,
    -- Where the values came from, and the sender's id of the event.
    source        TEXT NOT NULL CHECK (source IN ('sample', 'event', 'pasted')),
    event_id      TEXT NOT NULL,
    -- Placeholders whose values were typed, separated by commas.
    typed         TEXT NOT NULL,
    fires         INTEGER NOT NULL CHECK (fires IN (0, 1)),
    -- Each filter with what it wanted and what there was, and what else was in the way, as JSON.
    verdict       TEXT NOT NULL,
    text          TEXT NOT NULL,
    -- The card around it, as Slack gets it.
    blocks        TEXT,
    shows_personal_data INTEGER NOT NULL CHECK (shows_personal_data IN (0, 1)),
    -- NULL: it was not sent.
    sent_ok       INTEGER,
    sent_said     TEXT,
    sent_note     TEXT
) STRICT;
-- Newest first, of everybody, of one entity and of one rule.
CREATE INDEX test_runs_by_entity ON test_runs (level, entity_id, id);
CREATE INDEX test_runs_by_age ON test_runs (made_at);
CREATE INDEX test_runs_by_rule ON test_runs (rule_number, id) WHERE rule_number IS NOT NULL;

CREATE TABLE backtests (
    id            TEXT PRIMARY KEY,
    -- The person or key whose it is: nobody else sees it.
    owner         TEXT NOT NULL,
    level         TEXT NOT NULL CHECK (level IN ('product', 'campaign', 'publisher')),
    entity_id     TEXT NOT NULL,
    platform      TEXT NOT NULL CHECK (platform IN ('lms', 'call_logic')),
    -- NULL for a rule that is still in the form, which then stands in draft.
    rule_id       TEXT REFERENCES rules (id),
    rule_number   INTEGER NOT NULL,
    rule_version  INTEGER NOT NULL,
    draft         TEXT,
    -- The rule that is tried, as JSON.
    rule          TEXT NOT NULL,
    days          INTEGER NOT NULL,
    from_at       INTEGER NOT NULL,
    until_at      INTEGER NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('running', 'done', 'cancelled', 'failed')),
    -- How far it is: all events before this moment are judged.
    reached_at    INTEGER NOT NULL,
    judged        INTEGER NOT NULL,
    matched       INTEGER NOT NULL,
    -- What came out, as JSON.
    result        TEXT,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX backtests_by_owner ON backtests (owner, id);
CREATE INDEX backtests_running ON backtests (updated_at) WHERE status = 'running';
CREATE INDEX backtests_by_age ON backtests (created_at);

-- Its row is held while it is counted how many run.
INSERT INTO counters (name, value) VALUES ('backtests', 0);
