-- Tokens that Slack exchanges for others after a while, connections that came by "Add to Slack", and what Slack calls
-- the places that are sent to.

-- The Slack app a token belongs to: the same app in the same workspace again is the same connection.
ALTER TABLE connections ADD COLUMN app_id TEXT;
-- What the next token is fetched with, sealed like the token; NULL where a token does not change.
ALTER TABLE connections ADD COLUMN refresh_sealed BLOB;
-- When Slack stops honouring the token; NULL where it does not say.
ALTER TABLE connections ADD COLUMN expires_at INTEGER;
-- Until then one server is fetching the next token: what it fetches with works once only.
ALTER TABLE connections ADD COLUMN refresh_until INTEGER;

CREATE INDEX connections_expiring ON connections (expires_at)
    WHERE refresh_sealed IS NOT NULL AND removed_at IS NULL;

-- What Slack called the channel when somebody checked it.
ALTER TABLE destinations ADD COLUMN name TEXT;

-- Somebody went to Slack to add it: what he has to bring back, once and soon.
CREATE TABLE oauth_states (
    -- SHA-256: whoever reads the database can't come back in somebody's place.
    state_hash BLOB PRIMARY KEY,
    -- His login.
    session_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
