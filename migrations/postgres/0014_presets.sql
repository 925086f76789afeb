-- Presets: templates of rules that a product keeps. The draft is what a person typed, as JSON, without any token.

CREATE TABLE presets (
    id          TEXT COLLATE "C" PRIMARY KEY,
    product_id  TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    trigger_key TEXT COLLATE "C" NOT NULL,
    draft       TEXT COLLATE "C" NOT NULL,
    -- Counts the preset's changes, from 1.
    version     BIGINT NOT NULL CHECK (version >= 1),
    author_id   TEXT COLLATE "C" REFERENCES users (id),
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    deleted_at  BIGINT,
    -- Name and text in lower case.
    search      TEXT COLLATE "C" NOT NULL
);

CREATE INDEX presets_by_product ON presets (product_id, search, id) WHERE deleted_at IS NULL;

-- What a preset was in each of its versions: what a rule has from one of them follows the preset, all else is its own.
CREATE TABLE preset_versions (
    preset_id TEXT COLLATE "C" NOT NULL REFERENCES presets (id),
    version   BIGINT NOT NULL,
    draft     TEXT COLLATE "C" NOT NULL,
    user_id   TEXT COLLATE "C" REFERENCES users (id),
    at        BIGINT NOT NULL,
    PRIMARY KEY (preset_id, version)
);

-- Adjacent rules: the active rules of a trigger on one entity or a whole level; those that send to one place; and the
-- campaigns of a product.
CREATE INDEX rules_by_trigger ON rules (level, trigger_key, entity_id, number)
    WHERE deleted_at IS NULL AND status = 'active';
CREATE INDEX rules_by_target ON rules (target_id, trigger_key)
    WHERE deleted_at IS NULL AND status = 'active';
CREATE INDEX campaigns_by_product ON entities (product_id) WHERE kind = 'campaign';
