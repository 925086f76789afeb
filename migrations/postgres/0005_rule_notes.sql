-- What people note about a rule, the preset it follows, and whether its messages show personal data.

ALTER TABLE rules ADD COLUMN note TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE rules ADD COLUMN preset_id TEXT COLLATE "C";
ALTER TABLE rules ADD COLUMN shows_personal_data BIGINT NOT NULL DEFAULT 0 CHECK (shows_personal_data IN (0, 1));
CREATE INDEX rules_by_preset ON rules (preset_id) WHERE preset_id IS NOT NULL AND deleted_at IS NULL;
