-- A clock that is set back must not leave destinations waiting for times that were only near by the old one.

-- When this row's times were last written, by the clock of whoever wrote them. A time of the future tells that the clock
-- was set back since.
ALTER TABLE destinations ADD COLUMN written_at BIGINT NOT NULL DEFAULT 0;

-- A refused channel or member rests until then; apart from the pauses that Slack asks for, which nobody can cut short.
ALTER TABLE destinations ADD COLUMN rest_until BIGINT NOT NULL DEFAULT 0;
