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
    kind      TEXT COLLATE "C" NOT NULL,
    entity_id TEXT COLLATE "C" NOT NULL,
    number    BIGINT NOT NULL REFERENCES rules (number),
    PRIMARY KEY (kind, entity_id, number)
);
CREATE INDEX rule_uses_by_rule ON rule_uses (number);

INSERT INTO rule_uses (kind, entity_id, number)
SELECT DISTINCT f.key, v.value, r.number
FROM rules r
CROSS JOIN LATERAL jsonb_each(r.filters::jsonb) f
CROSS JOIN LATERAL jsonb_array_elements_text(COALESCE(f.value -> 'any_of', f.value -> 'none_of', '[]'::jsonb)) v (value)
WHERE r.deleted_at IS NULL AND f.key NOT IN ('method', 'price');

-- The same of presets.
CREATE TABLE preset_uses (
    kind      TEXT COLLATE "C" NOT NULL,
    entity_id TEXT COLLATE "C" NOT NULL,
    preset_id TEXT COLLATE "C" NOT NULL REFERENCES presets (id),
    PRIMARY KEY (kind, entity_id, preset_id)
);
CREATE INDEX preset_uses_by_preset ON preset_uses (preset_id);

INSERT INTO preset_uses (kind, entity_id, preset_id)
SELECT DISTINCT f.key, v.value, p.id
FROM presets p
CROSS JOIN LATERAL jsonb_each(COALESCE(p.draft::jsonb -> 'filters', '{}'::jsonb)) f
CROSS JOIN LATERAL jsonb_array_elements_text(COALESCE(f.value -> 'values', '[]'::jsonb)) v (value)
WHERE p.deleted_at IS NULL AND f.key <> 'method';

-- Words of rules and of the audit log are found by their trigrams, where the server has that extension (see 0017).
DO $$
BEGIN
    CREATE INDEX rules_by_trigrams ON rules USING gin (search public.gin_trgm_ops) WHERE deleted_at IS NULL;
    CREATE INDEX audit_by_trigrams ON audit USING gin (search public.gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'searches do without trigrams: %', SQLERRM;
END
$$;
