-- Slack tokens and the rules that use them.

CREATE TABLE connections (
    id                TEXT COLLATE "C" PRIMARY KEY,
    name              TEXT COLLATE "C" NOT NULL,
    owner_kind        TEXT COLLATE "C" NOT NULL CHECK (owner_kind IN ('staff', 'publisher')),
    -- The publisher's id; empty for staff, so that the unique index below has no NULL to be fooled by.
    owner_id          TEXT COLLATE "C" NOT NULL,
    kind              TEXT COLLATE "C" NOT NULL CHECK (kind IN ('bot', 'user')),
    -- Prefix and last four characters: all of the token that may ever be shown.
    hint              TEXT COLLATE "C" NOT NULL,
    -- Format byte, key id, nonce, ciphertext: see secret.rs. The key is not in the database.
    token_sealed      BYTEA NOT NULL,
    -- Keyed hash of the token: recognises a token pasted again without decrypting anything.
    token_fingerprint BYTEA NOT NULL,
    team              TEXT COLLATE "C",
    team_id           TEXT COLLATE "C",
    user_name         TEXT COLLATE "C",
    scopes            TEXT COLLATE "C" NOT NULL,
    status            TEXT COLLATE "C" NOT NULL CHECK (status IN ('ok', 'unchecked', 'broken')),
    last_error        TEXT COLLATE "C",
    created_at        BIGINT NOT NULL,
    checked_at        BIGINT,
    UNIQUE (owner_kind, owner_id, token_fingerprint),
    CHECK ((owner_kind = 'staff') = (owner_id = ''))
);

-- rules_version is the version of the whole rule set: every change takes the next one as its change_seq.
CREATE TABLE counters (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO counters (name, value) VALUES ('rules_version', 0), ('rule_number', 0);

CREATE TABLE rules (
    id            TEXT COLLATE "C" PRIMARY KEY,
    -- The short number people say.
    number        BIGINT NOT NULL UNIQUE,
    -- Counts this rule's changes, from 1.
    version       BIGINT NOT NULL CHECK (version >= 1),
    -- When it last changed, counted in versions of the rule set: "what is new since" is a range of this index.
    change_seq    BIGINT NOT NULL UNIQUE,
    name          TEXT COLLATE "C" NOT NULL,
    level         TEXT COLLATE "C" NOT NULL CHECK (level IN ('product', 'campaign', 'publisher')),
    entity_id     TEXT COLLATE "C" NOT NULL,
    trigger_key   TEXT COLLATE "C" NOT NULL,
    -- The trigger's platform, kept beside it so that the scope of an LMS admin is part of the query.
    platform      TEXT COLLATE "C" NOT NULL CHECK (platform IN ('lms', 'call_logic')),
    filters       TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL REFERENCES connections (id),
    target_kind   TEXT COLLATE "C" NOT NULL CHECK (target_kind IN ('channel', 'member')),
    target_id     TEXT COLLATE "C" NOT NULL,
    template      TEXT COLLATE "C" NOT NULL,
    status        TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'disabled')),
    author_id     TEXT COLLATE "C" REFERENCES users (id),
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    -- Deleted rules stay as rows: their deliveries refer to them, and engines learn of the deletion from here.
    deleted_at    BIGINT,
    -- Number, name, target and text in lower case.
    search        TEXT COLLATE "C" NOT NULL
);

-- The Tracking tab of one product, campaign or publisher, and the list of a whole level; newest first.
CREATE INDEX rules_by_entity ON rules (level, entity_id, number) WHERE deleted_at IS NULL;
CREATE INDEX rules_by_level ON rules (level, number) WHERE deleted_at IS NULL;
