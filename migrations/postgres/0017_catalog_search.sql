-- Everything that lists of the catalog are narrowed by stands in the index they are read from: what is skipped or does
-- not match is never looked up in the table.

DROP INDEX entities_by_name;
CREATE INDEX entities_by_name ON entities (kind, search, id, status, platform, discovered);

-- Parts of names are found by their trigrams, where the server has that extension and lets us add it; elsewhere searches
-- read the index above.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
    CREATE INDEX entities_by_trigrams ON entities USING gin (search public.gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'searches do without trigrams: %', SQLERRM;
END
$$;
