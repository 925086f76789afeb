-- How a rule's messages go out: bursts, caps, repetitions, quiet hours, priority, doubt.

-- The options as JSON; what is not there is as it is by default.
ALTER TABLE rules ADD COLUMN sending TEXT COLLATE "C" NOT NULL DEFAULT '{}';

-- 1 goes out before 0.
ALTER TABLE deliveries ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
-- Whether it is sent again when nobody knows whether Slack posted it; and whether that has happened.
ALTER TABLE deliveries ADD COLUMN again_in_doubt BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN maybe_twice BIGINT NOT NULL DEFAULT 0;
-- A person wants it sent, whatever the rule's options say by now.
ALTER TABLE deliveries ADD COLUMN forced BIGINT NOT NULL DEFAULT 0;
-- What makes another message of the rule a repetition of this one: a hash of the value.
ALTER TABLE deliveries ADD COLUMN repeat_key TEXT COLLATE "C";
-- The price that its text tells, for the sum of a summary.
ALTER TABLE deliveries ADD COLUMN amount TEXT COLLATE "C";
-- The delivery whose summary tells this one.
ALTER TABLE deliveries ADD COLUMN told_in TEXT COLLATE "C";
-- Suppressed until then, UTC milliseconds; goes out in a summary afterwards.
ALTER TABLE deliveries ADD COLUMN hold_until BIGINT;

-- The text that a delivery sends instead of its own, because it stands for others, too.
CREATE TABLE summaries (
    delivery_id TEXT COLLATE "C" PRIMARY KEY REFERENCES deliveries (id),
    text        TEXT COLLATE "C" NOT NULL,
    -- Messages it stands for, its own included.
    messages    BIGINT NOT NULL,
    created_at  BIGINT NOT NULL
);

-- What a rule with caps or a beginning has sent: in this minute, hour and day, and since the first of a burst.
CREATE TABLE rule_pace (
    rule_id     TEXT COLLATE "C" PRIMARY KEY REFERENCES rules (id),
    minute_from BIGINT NOT NULL,
    minute_sent BIGINT NOT NULL,
    hour_from   BIGINT NOT NULL,
    hour_sent   BIGINT NOT NULL,
    day_from    BIGINT NOT NULL,
    day_sent    BIGINT NOT NULL,
    first_from  BIGINT NOT NULL,
    first_sent  BIGINT NOT NULL
);

DROP INDEX deliveries_waiting;
-- The queue of a destination. The last two ride along so that the backlog is counted from it alone.
CREATE INDEX deliveries_waiting ON deliveries (destination_id, priority DESC, id, created_at, status)
    WHERE status IN ('queued', 'retrying');
CREATE INDEX deliveries_repeats ON deliveries (rule_id, repeat_key, id) WHERE repeat_key IS NOT NULL;
CREATE INDEX deliveries_held ON deliveries (hold_until, destination_id, rule_id) WHERE hold_until IS NOT NULL;
CREATE INDEX deliveries_told_in ON deliveries (told_in, id) WHERE told_in IS NOT NULL;
