-- What the tracking log is read by, and what an event is judged by afterwards.

-- The call of an event of Call Logic, and the version of the rule set that judged the event.
ALTER TABLE events ADD COLUMN call_id TEXT;
ALTER TABLE events ADD COLUMN rules_seq INTEGER;
UPDATE events SET call_id = CAST(json_extract(body, '$.call.id') AS TEXT)
WHERE source = 'call_logic' AND body NOT LIKE '%\u0000%';

-- Every list of events is read newest first along one of these, or along several of them at once. The trigger stands
-- before the time: a list of some triggers is as many stretches of the index, merged.
CREATE INDEX events_by_time ON events (received_at, key);
CREATE INDEX events_by_trigger ON events (trigger_key, received_at, key);
CREATE INDEX events_by_product ON events (product_id, trigger_key, received_at, key);
CREATE INDEX events_by_publisher ON events (publisher_id, trigger_key, received_at, key)
    WHERE publisher_id IS NOT NULL;
CREATE INDEX events_by_campaign ON events (campaign_id, trigger_key, received_at, key)
    WHERE campaign_id IS NOT NULL;
CREATE INDEX events_by_call ON events (call_id, key) WHERE call_id IS NOT NULL;

-- The same of deliveries.
CREATE INDEX deliveries_by_time ON deliveries (created_at, id);
CREATE INDEX deliveries_by_destination ON deliveries (destination_id, created_at, id);
DROP INDEX deliveries_by_rule;
CREATE INDEX deliveries_by_rule ON deliveries (rule_id, created_at, id);
DROP INDEX deliveries_by_code;
CREATE INDEX deliveries_by_code ON deliveries (last_code, created_at, id) WHERE last_code IS NOT NULL;
DROP INDEX deliveries_by_status;
CREATE INDEX deliveries_by_status ON deliveries (status, created_at, id) WHERE status <> 'sent';

-- When a version of a rule came about, counted in versions of the rule set. Of what was before this was kept, only the
-- newest is known.
ALTER TABLE rule_versions ADD COLUMN change_seq INTEGER;
UPDATE rule_versions SET change_seq = (SELECT r.change_seq FROM rules r WHERE r.id = rule_versions.rule_id)
WHERE version = (SELECT r.version FROM rules r WHERE r.id = rule_versions.rule_id);

-- The index of an entity's rules also tells which of them were changed since.
DROP INDEX rules_by_entity;
CREATE INDEX rules_by_entity
    ON rules (level, entity_id, number, trigger_key, status, platform, author_id, target_id, updated_at, name, change_seq)
    WHERE deleted_at IS NULL;

-- Destinations by Slack's id.
CREATE INDEX destinations_by_target ON destinations (target_id);
