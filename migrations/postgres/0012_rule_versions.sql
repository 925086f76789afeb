-- What every rule was after each of its changes, and who made it.

CREATE TABLE rule_versions (
    rule_id    TEXT COLLATE "C" NOT NULL REFERENCES rules (id),
    version    BIGINT NOT NULL CHECK (version >= 1),
    at         BIGINT NOT NULL,
    actor_kind TEXT COLLATE "C" NOT NULL CHECK (actor_kind IN ('person', 'api_key', 'command_line', 'system')),
    -- The person or the API key; the name is the one of the time.
    actor_id   TEXT COLLATE "C",
    actor_name TEXT COLLATE "C" NOT NULL,
    change_key TEXT COLLATE "C" NOT NULL CHECK (change_key IN
        ('created', 'edited', 'enabled', 'disabled', 'deleted', 'restored', 'preset', 'imported')),
    -- The rule as JSON, without any token; of a deletion, the rule that was deleted.
    snapshot   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (rule_id, version)
);

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
       json_build_object(
           'name', r.name,
           'note', r.note,
           'preset_id', r.preset_id,
           'level', r.level,
           'entity_id', r.entity_id,
           'trigger', r.trigger_key,
           'filters', r.filters::json,
           'include_test', r.includes_test_leads = 1,
           'include_duplicates', r.includes_duplicates = 1,
           'action', json_build_object(
               'connection_id', r.connection_id,
               'target', json_build_object(CASE r.target_kind WHEN 'channel' THEN 'channel_id' ELSE 'member_id' END, r.target_id),
               'text', r.template,
               'personal_data', CASE r.shows_personal_data WHEN 1 THEN 'shown' ELSE 'masked' END
           ),
           'status', r.status
       )::text
FROM rules r
LEFT JOIN users u ON u.id = r.author_id;
