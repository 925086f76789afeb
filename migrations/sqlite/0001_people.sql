-- People, what they manage, and keys for the REST interface.
-- Times everywhere are INTEGER UTC milliseconds; ids of ours are UUIDv7 text; lists that nobody searches are JSON text.

CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    -- Lower case; the store lower-cases before it writes and before it looks.
    email         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    -- argon2id in PHC form; holds its own salt and cost.
    password_hash TEXT NOT NULL,
    active        INTEGER NOT NULL CHECK (active IN (0, 1)),
    created_at    INTEGER NOT NULL
) STRICT;

-- The publishers and buyers a person manages or is. No foreign key to the catalog: people are often made first.
CREATE TABLE user_entities (
    user_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind      TEXT NOT NULL CHECK (kind IN ('publisher', 'buyer')),
    entity_id TEXT NOT NULL,
    PRIMARY KEY (user_id, kind, entity_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    -- First characters of the key, to tell keys apart. Too short to guess the rest from.
    prefix     TEXT NOT NULL,
    -- SHA-256 of the key. The key is random, so a plain hash is enough, and can be looked up.
    hash       BLOB NOT NULL UNIQUE,
    scopes     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
