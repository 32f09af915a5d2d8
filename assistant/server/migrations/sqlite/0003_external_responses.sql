-- What came from outside, as it came: bytes, because nobody has interpreted them yet. A row stays as it was written.
CREATE TABLE external_responses (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    request_sha256 TEXT NOT NULL,
    road TEXT NOT NULL CHECK (road IN ('whole', 'stream')),
    status INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    ended TEXT NOT NULL CHECK (ended IN ('complete', 'cut', 'late', 'too_large', 'unusable', 'dropped')),
    body BLOB NOT NULL
) STRICT;

CREATE TRIGGER external_responses_are_not_changed BEFORE UPDATE ON external_responses BEGIN
    SELECT RAISE(ABORT, 'external responses are only added');
END;

CREATE TRIGGER external_responses_are_not_removed BEFORE DELETE ON external_responses BEGIN
    SELECT RAISE(ABORT, 'external responses are only added');
END;
