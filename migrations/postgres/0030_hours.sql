-- What happened in each hour, counted as it happens: what dashboards, the health of rules and reports are drawn from.
-- Every count is written by the transaction that writes what is counted. `hour` is the time in hours since 1970, UTC.

-- Whose: 'all' and 'publishers' (everything of the publisher level) by platform; one 'publisher' or 'campaign' by id.
-- `shard`: servers that count the same hour at once do not wait for each other.
CREATE TABLE event_hours (
    scope    TEXT COLLATE "C" NOT NULL CHECK (scope IN ('all', 'publishers', 'publisher', 'campaign')),
    scope_id TEXT COLLATE "C" NOT NULL,
    hour     BIGINT NOT NULL,
    shard    BIGINT NOT NULL,
    events   BIGINT NOT NULL,
    PRIMARY KEY (scope, scope_id, hour, shard)
);
CREATE INDEX event_hours_by_age ON event_hours (hour);

-- Messages of rules: that a rule fired, that Slack took it, that it failed, that nobody knows.
CREATE TABLE message_hours (
    scope    TEXT COLLATE "C" NOT NULL CHECK (scope IN ('all', 'publishers', 'publisher', 'campaign')),
    scope_id TEXT COLLATE "C" NOT NULL,
    hour     BIGINT NOT NULL,
    shard    BIGINT NOT NULL,
    fired    BIGINT NOT NULL,
    sent     BIGINT NOT NULL,
    failed   BIGINT NOT NULL,
    doubtful BIGINT NOT NULL,
    PRIMARY KEY (scope, scope_id, hour, shard)
);
CREATE INDEX message_hours_by_age ON message_hours (hour);

-- How long messages that were sent took from their event, in steps: so many of at most `up_to` milliseconds.
CREATE TABLE delay_hours (
    scope    TEXT COLLATE "C" NOT NULL CHECK (scope IN ('all', 'publishers', 'publisher', 'campaign')),
    scope_id TEXT COLLATE "C" NOT NULL,
    hour     BIGINT NOT NULL,
    up_to    BIGINT NOT NULL,
    shard    BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    PRIMARY KEY (scope, scope_id, hour, up_to, shard)
);
CREATE INDEX delay_hours_by_age ON delay_hours (hour);

-- The same of each rule. A rule never moves, so where it lives stands here, too.
CREATE TABLE rule_hours (
    rule_id   TEXT COLLATE "C" NOT NULL REFERENCES rules (id),
    hour      BIGINT NOT NULL,
    level     TEXT COLLATE "C" NOT NULL,
    platform  TEXT COLLATE "C" NOT NULL,
    entity_id TEXT COLLATE "C" NOT NULL,
    fired     BIGINT NOT NULL,
    sent      BIGINT NOT NULL,
    failed    BIGINT NOT NULL,
    doubtful  BIGINT NOT NULL,
    PRIMARY KEY (rule_id, hour)
);
CREATE INDEX rule_hours_by_hour ON rule_hours (hour, level, platform, rule_id, fired, sent, failed, doubtful);
CREATE INDEX rule_hours_by_entity ON rule_hours (level, entity_id, hour, rule_id, fired, sent, failed, doubtful);

-- The weekly report: once for each week, by whichever server.
CREATE TABLE reports (
    -- When it was due.
    due_at        BIGINT PRIMARY KEY,
    connection_id TEXT COLLATE "C" NOT NULL REFERENCES connections (id),
    target_kind   TEXT COLLATE "C" NOT NULL CHECK (target_kind IN ('channel', 'member')),
    target_id     TEXT COLLATE "C" NOT NULL,
    text          TEXT COLLATE "C" NOT NULL,
    status        TEXT COLLATE "C" NOT NULL CHECK (status IN ('new', 'sending', 'sent', 'failed')),
    code          TEXT COLLATE "C",
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);

-- The last fifteen days of what there is.
INSERT INTO event_hours (scope, scope_id, hour, shard, events)
SELECT 'all', source, received_at / 3600000, 0, COUNT(*) FROM events
WHERE received_at > (SELECT MAX(received_at) FROM events) - 1296000000 GROUP BY 2, 3;
INSERT INTO event_hours (scope, scope_id, hour, shard, events)
SELECT 'publishers', source, received_at / 3600000, 0, COUNT(*) FROM events
WHERE received_at > (SELECT MAX(received_at) FROM events) - 1296000000 AND publisher_id IS NOT NULL
AND trigger_key IN ('lms.lead_sold', 'lms.lead_rejected', 'lms.publisher_earning_received',
                    'cl.lead_sold', 'cl.lead_rejected', 'cl.publisher_earning_received')
GROUP BY 2, 3;
INSERT INTO event_hours (scope, scope_id, hour, shard, events)
SELECT 'publisher', publisher_id, received_at / 3600000, 0, COUNT(*) FROM events
WHERE received_at > (SELECT MAX(received_at) FROM events) - 1296000000 AND publisher_id IS NOT NULL
AND trigger_key IN ('lms.lead_sold', 'lms.lead_rejected', 'lms.publisher_earning_received',
                    'cl.lead_sold', 'cl.lead_rejected', 'cl.publisher_earning_received')
GROUP BY 2, 3;
INSERT INTO event_hours (scope, scope_id, hour, shard, events)
SELECT 'campaign', campaign_id, received_at / 3600000, 0, COUNT(*) FROM events
WHERE received_at > (SELECT MAX(received_at) FROM events) - 1296000000 AND campaign_id IS NOT NULL
AND trigger_key IN ('lms.campaign_rejected', 'lms.campaign_sold', 'lms.revenue_ping_back',
                    'cl.campaign_rejected', 'cl.campaign_accepted', 'cl.campaign_sold', 'cl.buyer_response')
GROUP BY 2, 3;

INSERT INTO rule_hours (rule_id, hour, level, platform, entity_id, fired, sent, failed, doubtful)
SELECT r.id, h.hour, r.level, r.platform, r.entity_id, CAST(SUM(h.fired) AS BIGINT), CAST(SUM(h.sent) AS BIGINT), CAST(SUM(h.failed) AS BIGINT), CAST(SUM(h.doubtful) AS BIGINT)
FROM (
    SELECT rule_id, created_at / 3600000 AS hour, 1 AS fired, 0 AS sent, 0 AS failed, 0 AS doubtful FROM deliveries
    WHERE created_at > (SELECT MAX(created_at) FROM deliveries) - 1296000000
    UNION ALL
    SELECT rule_id, updated_at / 3600000, 0, CASE WHEN status = 'sent' THEN 1 ELSE 0 END,
           CASE WHEN status = 'failed' THEN 1 ELSE 0 END, CASE WHEN status = 'ambiguous' THEN 1 ELSE 0 END
    FROM deliveries
    WHERE created_at > (SELECT MAX(created_at) FROM deliveries) - 1296000000
    AND status IN ('sent', 'failed', 'ambiguous')
) h JOIN rules r ON r.id = h.rule_id GROUP BY r.id, h.hour, r.level, r.platform, r.entity_id;
INSERT INTO message_hours (scope, scope_id, hour, shard, fired, sent, failed, doubtful)
SELECT 'all', platform, hour, 0, CAST(SUM(fired) AS BIGINT), CAST(SUM(sent) AS BIGINT), CAST(SUM(failed) AS BIGINT), CAST(SUM(doubtful) AS BIGINT) FROM rule_hours GROUP BY 2, 3;
INSERT INTO message_hours (scope, scope_id, hour, shard, fired, sent, failed, doubtful)
SELECT 'publishers', platform, hour, 0, CAST(SUM(fired) AS BIGINT), CAST(SUM(sent) AS BIGINT), CAST(SUM(failed) AS BIGINT), CAST(SUM(doubtful) AS BIGINT) FROM rule_hours
WHERE level = 'publisher' GROUP BY 2, 3;
INSERT INTO message_hours (scope, scope_id, hour, shard, fired, sent, failed, doubtful)
SELECT level, entity_id, hour, 0, CAST(SUM(fired) AS BIGINT), CAST(SUM(sent) AS BIGINT), CAST(SUM(failed) AS BIGINT), CAST(SUM(doubtful) AS BIGINT) FROM rule_hours
WHERE level <> 'product' GROUP BY 1, 2, 3;
INSERT INTO delay_hours (scope, scope_id, hour, up_to, shard, messages)
SELECT s.scope, CASE WHEN s.scope IN ('all', 'publishers') THEN d.platform ELSE d.entity_id END, d.hour, d.up_to, 0, COUNT(*)
FROM (
    SELECT r.level AS level, r.platform AS platform, r.entity_id AS entity_id, q.updated_at / 3600000 AS hour,
           CASE WHEN q.updated_at - q.created_at <= 250 THEN 250 WHEN q.updated_at - q.created_at <= 500 THEN
           500 WHEN q.updated_at - q.created_at <= 750 THEN 750 WHEN q.updated_at - q.created_at <= 1000 THEN
           1000 WHEN q.updated_at - q.created_at <= 1500 THEN 1500 WHEN q.updated_at - q.created_at <= 2000
           THEN 2000 WHEN q.updated_at - q.created_at <= 3000 THEN 3000 WHEN q.updated_at - q.created_at <=
           5000 THEN 5000 WHEN q.updated_at - q.created_at <= 7500 THEN 7500 WHEN q.updated_at - q.created_at
           <= 10000 THEN 10000 WHEN q.updated_at - q.created_at <= 15000 THEN 15000 WHEN q.updated_at -
           q.created_at <= 20000 THEN 20000 WHEN q.updated_at - q.created_at <= 30000 THEN 30000 WHEN
           q.updated_at - q.created_at <= 60000 THEN 60000 WHEN q.updated_at - q.created_at <= 120000 THEN
           120000 WHEN q.updated_at - q.created_at <= 300000 THEN 300000 WHEN q.updated_at - q.created_at <=
           600000 THEN 600000 WHEN q.updated_at - q.created_at <= 1800000 THEN 1800000 WHEN q.updated_at -
           q.created_at <= 3600000 THEN 3600000 WHEN q.updated_at - q.created_at <= 7200000 THEN 7200000 WHEN
           q.updated_at - q.created_at <= 86400000 THEN 86400000 ELSE 9007199254740991 END AS up_to
    FROM deliveries q JOIN rules r ON r.id = q.rule_id
    WHERE q.created_at > (SELECT MAX(created_at) FROM deliveries) - 1296000000 AND q.status = 'sent' AND q.forced = 0
) d JOIN (
    SELECT 'all' AS scope, 'product' AS level UNION ALL SELECT 'all', 'campaign' UNION ALL SELECT 'all', 'publisher'
    UNION ALL SELECT 'publishers', 'publisher' UNION ALL SELECT 'publisher', 'publisher'
    UNION ALL SELECT 'campaign', 'campaign'
) s ON s.level = d.level GROUP BY 1, 2, 3, 4;
