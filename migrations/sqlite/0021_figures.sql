-- Everything that lists of rules are narrowed and ordered by stands in the index they are read from: what is skipped or
-- does not match is never looked up in the table.

DROP INDEX rules_by_entity;
CREATE INDEX rules_by_entity
    ON rules (level, entity_id, number, trigger_key, status, platform, author_id, target_id, updated_at, name)
    WHERE deleted_at IS NULL;
DROP INDEX rules_by_level;
CREATE INDEX rules_by_level
    ON rules (level, number, trigger_key, status, platform, author_id, target_id, updated_at, name)
    WHERE deleted_at IS NULL;

-- Which rules name an entity in a filter, by their numbers. Rules that are deleted name nothing.
CREATE TABLE rule_uses (
    -- A filter's key, which is the entity's kind.
    kind      TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    number    INTEGER NOT NULL REFERENCES rules (number),
    PRIMARY KEY (kind, entity_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_uses_by_rule ON rule_uses (number);

INSERT INTO rule_uses (kind, entity_id, number)
SELECT DISTINCT f.key, CAST(v.value AS TEXT), r.number
FROM rules r, json_each(r.filters) f,
     json_each(COALESCE(json_extract(f.value, '$.any_of'), json_extract(f.value, '$.none_of'), '[]')) v
WHERE r.deleted_at IS NULL AND f.key NOT IN ('method', 'price');

-- The same of presets.
CREATE TABLE preset_uses (
    kind      TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    preset_id TEXT NOT NULL REFERENCES presets (id),
    PRIMARY KEY (kind, entity_id, preset_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX preset_uses_by_preset ON preset_uses (preset_id);

INSERT INTO preset_uses (kind, entity_id, preset_id)
SELECT DISTINCT f.key, CAST(v.value AS TEXT), p.id
FROM presets p, json_each(p.draft, '$.filters') f, json_each(f.value, '$.values') v
WHERE p.deleted_at IS NULL AND f.key <> 'method';
