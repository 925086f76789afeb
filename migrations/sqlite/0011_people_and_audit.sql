-- People are listed and changed in pages; their logins are known one by one; who did what is kept.

ALTER TABLE users ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN last_login_at INTEGER;
-- Name and address in lower case as Rust sees it (rows of before: as SQLite does, until they are next changed).
ALTER TABLE users ADD COLUMN search TEXT NOT NULL DEFAULT '';
UPDATE users SET search = lower(name || char(10) || email);
CREATE INDEX users_by_name ON users (search, id);

-- Logins. A session's cookie is worth something only as long as its row is here.
CREATE TABLE user_sessions (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- In words, such as "Firefox on Windows".
    device     TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    -- To some minutes.
    seen_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX user_sessions_by_user ON user_sessions (user_id, seen_at);

-- One-time links to choose a password.
CREATE TABLE password_links (
    -- SHA-256 of the link's token, which is random.
    hash       BLOB PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX password_links_by_user ON password_links (user_id);

-- Who did what. No foreign keys: a line stays as it was written, whatever becomes of those it names.
CREATE TABLE audit (
    id            TEXT PRIMARY KEY,
    at            INTEGER NOT NULL,
    actor_kind    TEXT NOT NULL CHECK (actor_kind IN ('person', 'api_key', 'command_line', 'system')),
    actor_id      TEXT,
    -- As he was called then.
    actor_name    TEXT NOT NULL,
    action        TEXT NOT NULL,
    subject_kind  TEXT NOT NULL,
    subject_id    TEXT,
    subject_label TEXT NOT NULL,
    -- Where a rule lives.
    level         TEXT CHECK (level IN ('product', 'campaign', 'publisher')),
    entity_id     TEXT,
    -- Of what it is about; NULL where that belongs to no platform.
    platform      TEXT CHECK (platform IN ('lms', 'call_logic')),
    detail        TEXT NOT NULL,
    -- In lower case: the actor's name; everything in words.
    who           TEXT NOT NULL,
    search        TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at, id);
CREATE INDEX audit_by_action ON audit (action, at, id);
CREATE INDEX audit_by_actor ON audit (actor_id, at, id);
CREATE INDEX audit_by_platform ON audit (platform, at, id);
