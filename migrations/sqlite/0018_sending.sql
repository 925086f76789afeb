-- How a rule's messages go out: bursts, caps, repetitions, quiet hours, priority, doubt.

-- The options as JSON; what is not there is as it is by default.
ALTER TABLE rules ADD COLUMN sending TEXT NOT NULL DEFAULT '{}';

-- 1 goes out before 0.
ALTER TABLE deliveries ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
-- Whether it is sent again when nobody knows whether Slack posted it; and whether that has happened.
ALTER TABLE deliveries ADD COLUMN again_in_doubt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN maybe_twice INTEGER NOT NULL DEFAULT 0;
-- A person wants it sent, whatever the rule's options say by now.
ALTER TABLE deliveries ADD COLUMN forced INTEGER NOT NULL DEFAULT 0;
-- What makes another message of the rule a repetition of this one: a hash of the value.
ALTER TABLE deliveries ADD COLUMN repeat_key TEXT;
-- The price that its text tells, for the sum of a summary.
ALTER TABLE deliveries ADD COLUMN amount TEXT;
-- The delivery whose summary tells this one.
ALTER TABLE deliveries ADD COLUMN told_in TEXT;
-- Suppressed until then, UTC milliseconds; goes out in a summary afterwards.
ALTER TABLE deliveries ADD COLUMN hold_until INTEGER;

-- The text that a delivery sends instead of its own, because it stands for others, too.
CREATE TABLE summaries (
    delivery_id TEXT PRIMARY KEY REFERENCES deliveries (id),
    text        TEXT NOT NULL,
    -- Messages it stands for, its own included.
    messages    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a rule with caps or a beginning has sent: in this minute, hour and day, and since the first of a burst.
CREATE TABLE rule_pace (
    rule_id     TEXT PRIMARY KEY REFERENCES rules (id),
    minute_from INTEGER NOT NULL,
    minute_sent INTEGER NOT NULL,
    hour_from   INTEGER NOT NULL,
    hour_sent   INTEGER NOT NULL,
    day_from    INTEGER NOT NULL,
    day_sent    INTEGER NOT NULL,
    first_from  INTEGER NOT NULL,
    first_sent  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

DROP INDEX deliveries_waiting;
-- The queue of a destination. The last two ride along so that the backlog is counted from it alone.
CREATE INDEX deliveries_waiting ON deliveries (destination_id, priority DESC, id, created_at, status)
    WHERE status IN ('queued', 'retrying');
CREATE INDEX deliveries_repeats ON deliveries (rule_id, repeat_key, id) WHERE repeat_key IS NOT NULL;
CREATE INDEX deliveries_held ON deliveries (hold_until, destination_id, rule_id) WHERE hold_until IS NOT NULL;
CREATE INDEX deliveries_told_in ON deliveries (told_in, id) WHERE told_in IS NOT NULL;
