-- Until when a Support person may change the rules he otherwise only sees; NULL for not at all.
ALTER TABLE users ADD COLUMN manages_until INTEGER;
