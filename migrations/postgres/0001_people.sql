-- People, what they manage, and keys for the REST interface.
-- The same tables as for SQLite, in the types of PostgreSQL. COLLATE "C" sorts and compares by bytes, as SQLite
-- does, whatever language the cluster was made for; it is also the fastest.
-- Times everywhere are BIGINT UTC milliseconds; ids of ours are UUIDv7 text; lists that nobody searches are JSON text.

CREATE TABLE users (
    id            TEXT COLLATE "C" PRIMARY KEY,
    -- Lower case; the store lower-cases before it writes and before it looks.
    email         TEXT COLLATE "C" NOT NULL UNIQUE,
    name          TEXT COLLATE "C" NOT NULL,
    role          TEXT COLLATE "C" NOT NULL,
    -- argon2id in PHC form; holds its own salt and cost.
    password_hash TEXT COLLATE "C" NOT NULL,
    active        BIGINT NOT NULL CHECK (active IN (0, 1)),
    created_at    BIGINT NOT NULL
);

-- The publishers and buyers a person manages or is. No foreign key to the catalog: people are often made first.
CREATE TABLE user_entities (
    user_id   TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind      TEXT COLLATE "C" NOT NULL CHECK (kind IN ('publisher', 'buyer')),
    entity_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, kind, entity_id)
);

CREATE TABLE api_keys (
    id         TEXT COLLATE "C" PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL,
    -- First characters of the key, to tell keys apart. Too short to guess the rest from.
    prefix     TEXT COLLATE "C" NOT NULL,
    -- SHA-256 of the key. The key is random, so a plain hash is enough, and can be looked up.
    hash       BYTEA NOT NULL UNIQUE,
    scopes     TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
