-- What every rule was after each of its changes, and who made it.

CREATE TABLE rule_versions (
    rule_id    TEXT NOT NULL REFERENCES rules (id),
    version    INTEGER NOT NULL CHECK (version >= 1),
    at         INTEGER NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('person', 'api_key', 'command_line', 'system')),
    -- The person or the API key; the name is the one of the time.
    actor_id   TEXT,
    actor_name TEXT NOT NULL,
    change_key TEXT NOT NULL CHECK (change_key IN
        ('created', 'edited', 'enabled', 'disabled', 'deleted', 'restored', 'preset', 'imported')),
    -- The rule as JSON, without any token; of a deletion, the rule that was deleted.
    snapshot   TEXT NOT NULL,
    PRIMARY KEY (rule_id, version)
) STRICT;

-- The deleted rules of one product, campaign or publisher, last deleted first.
CREATE INDEX rules_deleted ON rules (level, entity_id, deleted_at, number) WHERE deleted_at IS NOT NULL;

-- The history of a rule that is there already begins with what it is now. Only of a first version it is known who
-- made it.
INSERT INTO rule_versions (rule_id, version, at, actor_kind, actor_id, actor_name, change_key, snapshot)
SELECT r.id, r.version, r.updated_at,
       CASE WHEN r.version = 1 AND u.id IS NOT NULL THEN 'person' ELSE 'system' END,
       CASE WHEN r.version = 1 THEN u.id END,
       CASE WHEN r.version = 1 AND u.id IS NOT NULL THEN u.name ELSE 'Leadbell' END,
       CASE WHEN r.deleted_at IS NOT NULL THEN 'deleted' WHEN r.version = 1 THEN 'created' ELSE 'edited' END,
       json_object(
           'name', r.name,
           'note', r.note,
           'preset_id', r.preset_id,
           'level', r.level,
           'entity_id', r.entity_id,
           'trigger', r.trigger_key,
           'filters', json(r.filters),
           'include_test', json(CASE r.includes_test_leads WHEN 1 THEN 'true' ELSE 'false' END),
           'include_duplicates', json(CASE r.includes_duplicates WHEN 1 THEN 'true' ELSE 'false' END),
           'action', json_object(
               'connection_id', r.connection_id,
               'target', json_object(CASE r.target_kind WHEN 'channel' THEN 'channel_id' ELSE 'member_id' END, r.target_id),
               'text', r.template,
               'personal_data', CASE r.shows_personal_data WHEN 1 THEN 'shown' ELSE 'masked' END
           ),
           'status', r.status
       )
FROM rules r
LEFT JOIN users u ON u.id = r.author_id;
