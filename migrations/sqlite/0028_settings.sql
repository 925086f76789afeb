-- What a house settled for itself, as key and text (`domain/src/settings.rs`). What is not here is as it is by default.
CREATE TABLE settings (
    key        TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
