-- Connections that are replaced, removed, and found broken.

-- Counts the tokens a connection has had: an answer about an old one says nothing about the present one.
ALTER TABLE connections ADD COLUMN token_version BIGINT NOT NULL DEFAULT 1;
-- Since when Slack refuses the token; NULL while it does not.
ALTER TABLE connections ADD COLUMN broken_since BIGINT;
-- A removed one stays as a row without its token, because old rules and deliveries refer to it.
ALTER TABLE connections ADD COLUMN removed_at BIGINT;
-- Name, workspace, sender and hint in lower case.
ALTER TABLE connections ADD COLUMN search TEXT COLLATE "C" NOT NULL DEFAULT '';

UPDATE connections SET broken_since = COALESCE(checked_at, created_at) WHERE status = 'broken';
-- Only ASCII for rows from before; the next change of a row writes what Rust makes of it.
UPDATE connections SET search =
    lower(name || chr(10) || COALESCE(team, '') || chr(10) || COALESCE(user_name, '') || chr(10) || hint);

CREATE INDEX connections_broken ON connections (id) WHERE status = 'broken' AND removed_at IS NULL;
-- Which rules use a connection.
CREATE INDEX rules_by_connection ON rules (connection_id, level, number) WHERE deleted_at IS NULL;
