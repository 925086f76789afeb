-- Trying rules: runs on one event, which are kept, and backtests over the events of the last days.

CREATE TABLE test_runs (
    id            TEXT COLLATE "C" PRIMARY KEY,
    made_at       BIGINT NOT NULL,
    actor_kind    TEXT COLLATE "C" NOT NULL,
    actor_id      TEXT COLLATE "C",
    actor_name    TEXT COLLATE "C" NOT NULL,
    -- The name in lower case, to be searched.
    who           TEXT COLLATE "C" NOT NULL,
    level         TEXT COLLATE "C" NOT NULL CHECK (level IN ('product', 'campaign', 'publisher')),
    entity_id     TEXT COLLATE "C" NOT NULL,
    platform      TEXT COLLATE "C" NOT NULL CHECK (platform IN ('lms', 'call_logic')),
    trigger_key   TEXT COLLATE "C" NOT NULL,
    -- The rule and its version; NULL for one that was still in the form.
    rule_id       TEXT COLLATE "C" REFERENCES rules (id),
    rule_number   BIGINT,
    rule_version  BIGINT,
    rule_name     TEXT COLLATE "C" NOT NULL,
    target_kind   TEXT COLLATE "C" NOT NULL CHECK (target_kind IN ('channel', 'member')),
    target_id     TEXT COLLATE "C" NOT NULL,
    -- Where the values came from, and the sender's id of the event.
    source        TEXT COLLATE "C" NOT NULL CHECK (source IN ('sample', 'event', 'pasted')),
    event_id      TEXT COLLATE "C" NOT NULL,
    -- Placeholders whose values were typed, separated by commas.
    typed         TEXT COLLATE "C" NOT NULL,
    fires         BIGINT NOT NULL CHECK (fires IN (0, 1)),
    -- Each filter with what it wanted and what there was, and what else was in the way, as JSON.
    verdict       TEXT COLLATE "C" NOT NULL,
    text          TEXT COLLATE "C" NOT NULL,
    -- The card around it, as Slack gets it.
    blocks        TEXT COLLATE "C",
    shows_personal_data BIGINT NOT NULL CHECK (shows_personal_data IN (0, 1)),
    -- NULL: it was not sent.
    sent_ok       BIGINT,
    sent_said     TEXT COLLATE "C",
    sent_note     TEXT COLLATE "C"
);
-- Newest first, of everybody, of one entity and of one rule.
CREATE INDEX test_runs_by_entity ON test_runs (level, entity_id, id);
CREATE INDEX test_runs_by_age ON test_runs (made_at);
CREATE INDEX test_runs_by_rule ON test_runs (rule_number, id) WHERE rule_number IS NOT NULL;

CREATE TABLE backtests (
    id            TEXT COLLATE "C" PRIMARY KEY,
    -- The person or key whose it is: nobody else sees it.
    owner         TEXT COLLATE "C" NOT NULL,
    level         TEXT COLLATE "C" NOT NULL CHECK (level IN ('product', 'campaign', 'publisher')),
    entity_id     TEXT COLLATE "C" NOT NULL,
    platform      TEXT COLLATE "C" NOT NULL CHECK (platform IN ('lms', 'call_logic')),
    -- NULL for a rule that is still in the form, which then stands in draft.
    rule_id       TEXT COLLATE "C" REFERENCES rules (id),
    rule_number   BIGINT NOT NULL,
    rule_version  BIGINT NOT NULL,
    draft         TEXT COLLATE "C",
    -- The rule that is tried, as JSON.
    rule          TEXT COLLATE "C" NOT NULL,
    days          BIGINT NOT NULL,
    from_at       BIGINT NOT NULL,
    until_at      BIGINT NOT NULL,
    status        TEXT COLLATE "C" NOT NULL CHECK (status IN ('running', 'done', 'cancelled', 'failed')),
    -- How far it is: all events before this moment are judged.
    reached_at    BIGINT NOT NULL,
    judged        BIGINT NOT NULL,
    matched       BIGINT NOT NULL,
    -- What came out, as JSON.
    result        TEXT COLLATE "C",
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);
CREATE INDEX backtests_by_owner ON backtests (owner, id);
CREATE INDEX backtests_running ON backtests (updated_at) WHERE status = 'running';
CREATE INDEX backtests_by_age ON backtests (created_at);

-- Its row is held while it is counted how many run.
INSERT INTO counters (name, value) VALUES ('backtests', 0);
