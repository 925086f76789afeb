-- One thread for each lead or call and destination, where rules say so.

-- What a message has in common with others of its thread; NULL where its rule makes none.
ALTER TABLE deliveries ADD COLUMN thread_key TEXT;
-- The first message of the thread it went into, by Slack's id; its own where it is the first itself.
ALTER TABLE deliveries ADD COLUMN thread_ts TEXT;
CREATE INDEX deliveries_by_thread ON deliveries (destination_id, thread_key, id) WHERE thread_key IS NOT NULL;

-- Threads that take replies. Changed while the destination's row is held, but for what begins with update_ and line_.
CREATE TABLE threads (
    destination_id TEXT NOT NULL REFERENCES destinations (id) ON DELETE CASCADE,
    thread_key     TEXT NOT NULL,
    -- The delivery that is its first message. No foreign key: that may be cleared away sooner.
    parent_id      TEXT NOT NULL UNIQUE,
    -- Slack's receipt of it.
    channel        TEXT NOT NULL,
    ts             TEXT NOT NULL,
    started_at     INTEGER NOT NULL,
    -- Slack's code that says that it takes no more replies.
    ended_code     TEXT,
    -- What its line tells: messages in it, those told in summaries included, and what happened last.
    messages       INTEGER NOT NULL,
    last_trigger   TEXT NOT NULL,
    last_at        INTEGER NOT NULL,
    -- Counts the changes of these three.
    version        INTEGER NOT NULL DEFAULT 0,
    -- When the line is to be updated; while somebody does, until when that is believed. NULL: it is up to date.
    update_due     INTEGER,
    update_owner   TEXT,
    update_tries   INTEGER NOT NULL DEFAULT 0,
    -- When it last was.
    updated_at     INTEGER NOT NULL DEFAULT 0,
    -- Why it last was not, and whether it never will be.
    line_code      TEXT,
    line_closed    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (destination_id, thread_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX threads_due ON threads (update_due) WHERE update_due IS NOT NULL;
CREATE INDEX threads_old ON threads (started_at);
