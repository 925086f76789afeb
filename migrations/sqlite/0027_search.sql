-- Words are found by their trigrams in long lists, as PostgreSQL does since 0021: SQLite keeps them in tables of FTS5, which
-- hold row numbers only. The rows themselves are read where they are, and compared.

CREATE VIRTUAL TABLE rules_search
    USING fts5 (search, content = 'rules', content_rowid = 'number', tokenize = 'trigram', detail = 'none');
INSERT INTO rules_search (rules_search) VALUES ('rebuild');
CREATE TRIGGER rules_searched_added AFTER INSERT ON rules BEGIN
    INSERT INTO rules_search (rowid, search) VALUES (new.number, new.search);
END;
CREATE TRIGGER rules_searched_changed AFTER UPDATE OF search ON rules WHEN old.search <> new.search BEGIN
    INSERT INTO rules_search (rules_search, rowid, search) VALUES ('delete', old.number, old.search);
    INSERT INTO rules_search (rowid, search) VALUES (new.number, new.search);
END;
CREATE TRIGGER rules_searched_removed AFTER DELETE ON rules BEGIN
    INSERT INTO rules_search (rules_search, rowid, search) VALUES ('delete', old.number, old.search);
END;

-- The audit log gets numbers for that: SQLite may give rows without one of their own another whenever it copies the file.
CREATE TABLE audit_numbered (
    number        INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    at            INTEGER NOT NULL,
    actor_kind    TEXT NOT NULL CHECK (actor_kind IN ('person', 'api_key', 'command_line', 'system')),
    actor_id      TEXT,
    actor_name    TEXT NOT NULL,
    action        TEXT NOT NULL,
    subject_kind  TEXT NOT NULL,
    subject_id    TEXT,
    subject_label TEXT NOT NULL,
    level         TEXT CHECK (level IN ('product', 'campaign', 'publisher')),
    entity_id     TEXT,
    platform      TEXT CHECK (platform IN ('lms', 'call_logic')),
    detail        TEXT NOT NULL,
    who           TEXT NOT NULL,
    search        TEXT NOT NULL
) STRICT;
INSERT INTO audit_numbered (id, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_label, level,
    entity_id, platform, detail, who, search)
SELECT id, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_label, level, entity_id, platform,
    detail, who, search
FROM audit ORDER BY at, id;
DROP TABLE audit;
ALTER TABLE audit_numbered RENAME TO audit;
CREATE INDEX audit_by_time ON audit (at, id);
CREATE INDEX audit_by_action ON audit (action, at, id);
CREATE INDEX audit_by_actor ON audit (actor_id, at, id);
CREATE INDEX audit_by_platform ON audit (platform, at, id);

CREATE VIRTUAL TABLE audit_search
    USING fts5 (search, content = 'audit', content_rowid = 'number', tokenize = 'trigram', detail = 'none');
INSERT INTO audit_search (audit_search) VALUES ('rebuild');
CREATE TRIGGER audit_searched_added AFTER INSERT ON audit BEGIN
    INSERT INTO audit_search (rowid, search) VALUES (new.number, new.search);
END;
