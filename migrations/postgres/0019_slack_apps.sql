-- Tokens that Slack exchanges for others after a while, connections that came by "Add to Slack", and what Slack calls
-- the places that are sent to.

-- The Slack app a token belongs to: the same app in the same workspace again is the same connection.
ALTER TABLE connections ADD COLUMN app_id TEXT COLLATE "C";
-- What the next token is fetched with, sealed like the token; NULL where a token does not change.
ALTER TABLE connections ADD COLUMN refresh_sealed BYTEA;
-- When Slack stops honouring the token; NULL where it does not say.
ALTER TABLE connections ADD COLUMN expires_at BIGINT;
-- Until then one server is fetching the next token: what it fetches with works once only.
ALTER TABLE connections ADD COLUMN refresh_until BIGINT;

CREATE INDEX connections_expiring ON connections (expires_at)
    WHERE refresh_sealed IS NOT NULL AND removed_at IS NULL;

-- What Slack called the channel when somebody checked it.
ALTER TABLE destinations ADD COLUMN name TEXT COLLATE "C";

-- Somebody went to Slack to add it: what he has to bring back, once and soon.
CREATE TABLE oauth_states (
    -- SHA-256: whoever reads the database can't come back in somebody's place.
    state_hash BYTEA PRIMARY KEY,
    -- His login.
    session_id TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL
);
