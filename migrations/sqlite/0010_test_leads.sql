-- Rules that fire for test leads and for repeated ping backs as well.

ALTER TABLE rules ADD COLUMN includes_test_leads INTEGER NOT NULL DEFAULT 0 CHECK (includes_test_leads IN (0, 1));
ALTER TABLE rules ADD COLUMN includes_duplicates INTEGER NOT NULL DEFAULT 0 CHECK (includes_duplicates IN (0, 1));
