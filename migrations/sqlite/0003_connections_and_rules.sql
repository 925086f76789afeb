-- Slack tokens and the rules that use them.

CREATE TABLE connections (
    id                TEXT PRIMARY KEY,
    name              TEXT NOT NULL,
    owner_kind        TEXT NOT NULL CHECK (owner_kind IN ('staff', 'publisher')),
    -- The publisher's id; empty for staff, so that the unique index below has no NULL to be fooled by.
    owner_id          TEXT NOT NULL,
    kind              TEXT NOT NULL CHECK (kind IN ('bot', 'user')),
    -- Prefix and last four characters: all of the token that may ever be shown.
    hint              TEXT NOT NULL,
    -- Format byte, key id, nonce, ciphertext: see secret.rs. The key is not in the database.
    token_sealed      BLOB NOT NULL,
    -- Keyed hash of the token: recognises a token pasted again without decrypting anything.
    token_fingerprint BLOB NOT NULL,
    team              TEXT,
    team_id           TEXT,
    user_name         TEXT,
    scopes            TEXT NOT NULL,
    status            TEXT NOT NULL CHECK (status IN ('ok', 'unchecked', 'broken')),
    last_error        TEXT,
    created_at        INTEGER NOT NULL,
    checked_at        INTEGER,
    UNIQUE (owner_kind, owner_id, token_fingerprint),
    CHECK ((owner_kind = 'staff') = (owner_id = ''))
) STRICT;

-- rules_version is the version of the whole rule set: every change takes the next one as its change_seq.
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counters (name, value) VALUES ('rules_version', 0), ('rule_number', 0);

CREATE TABLE rules (
    id            TEXT PRIMARY KEY,
    -- The short number people say.
    number        INTEGER NOT NULL UNIQUE,
    -- Counts this rule's changes, from 1.
    version       INTEGER NOT NULL CHECK (version >= 1),
    -- When it last changed, counted in versions of the rule set: "what is new since" is a range of this index.
    change_seq    INTEGER NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    level         TEXT NOT NULL CHECK (level IN ('product', 'campaign', 'publisher')),
    entity_id     TEXT NOT NULL,
    trigger_key   TEXT NOT NULL,
    -- The trigger's platform, kept beside it so that the scope of an LMS admin is part of the query.
    platform      TEXT NOT NULL CHECK (platform IN ('lms', 'call_logic')),
    filters       TEXT NOT NULL,
    connection_id TEXT NOT NULL REFERENCES connections (id),
    target_kind   TEXT NOT NULL CHECK (target_kind IN ('channel', 'member')),
    target_id     TEXT NOT NULL,
    template      TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
    author_id     TEXT REFERENCES users (id),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    -- Deleted rules stay as rows: their deliveries refer to them, and engines learn of the deletion from here.
    deleted_at    INTEGER,
    -- Number, name, target and text in lower case.
    search        TEXT NOT NULL
) STRICT;

-- The Tracking tab of one product, campaign or publisher, and the list of a whole level; newest first.
CREATE INDEX rules_by_entity ON rules (level, entity_id, number) WHERE deleted_at IS NULL;
CREATE INDEX rules_by_level ON rules (level, number) WHERE deleted_at IS NULL;
