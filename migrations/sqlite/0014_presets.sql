-- Presets: templates of rules that a product keeps. The draft is what a person typed, as JSON, without any token.

CREATE TABLE presets (
    id          TEXT PRIMARY KEY,
    product_id  TEXT NOT NULL,
    name        TEXT NOT NULL,
    trigger_key TEXT NOT NULL,
    draft       TEXT NOT NULL,
    -- Counts the preset's changes, from 1.
    version     INTEGER NOT NULL CHECK (version >= 1),
    author_id   TEXT REFERENCES users (id),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    deleted_at  INTEGER,
    -- Name and text in lower case.
    search      TEXT NOT NULL
) STRICT;

CREATE INDEX presets_by_product ON presets (product_id, search, id) WHERE deleted_at IS NULL;

-- What a preset was in each of its versions: what a rule has from one of them follows the preset, all else is its own.
CREATE TABLE preset_versions (
    preset_id TEXT NOT NULL REFERENCES presets (id),
    version   INTEGER NOT NULL,
    draft     TEXT NOT NULL,
    user_id   TEXT REFERENCES users (id),
    at        INTEGER NOT NULL,
    PRIMARY KEY (preset_id, version)
) STRICT, WITHOUT ROWID;

-- Adjacent rules: the active rules of a trigger on one entity or a whole level; those that send to one place; and the
-- campaigns of a product.
CREATE INDEX rules_by_trigger ON rules (level, trigger_key, entity_id, number)
    WHERE deleted_at IS NULL AND status = 'active';
CREATE INDEX rules_by_target ON rules (target_id, trigger_key)
    WHERE deleted_at IS NULL AND status = 'active';
CREATE INDEX campaigns_by_product ON entities (product_id) WHERE kind = 'campaign';
