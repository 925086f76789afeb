-- Everything that lists of the catalog are narrowed by stands in the index they are read from: what is skipped or does
-- not match is never looked up in the table.

DROP INDEX entities_by_name;
CREATE INDEX entities_by_name ON entities (kind, search, id, status, platform, discovered);
