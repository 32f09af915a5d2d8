-- The chain of receipts. What is hashed stands here as it was hashed, so that nobody has to write it again to check it.
-- The part is the segment that a receipt opens, or -1 for one that only closes.
CREATE TABLE receipts (
    number INTEGER NOT NULL PRIMARY KEY CHECK (number >= 1),
    id TEXT NOT NULL,
    part INTEGER NOT NULL CHECK (part >= -1),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    receipt TEXT NOT NULL,
    UNIQUE (id, part)
) STRICT;

-- An insertion that replaces a row fires no trigger of its removal, so it is refused by itself.
CREATE TRIGGER receipts_are_added_at_the_end BEFORE INSERT ON receipts
WHEN new.number <> (SELECT coalesce(max(number), 0) + 1 FROM receipts)
    OR EXISTS (SELECT 1 FROM receipts WHERE id = new.id AND part = new.part)
BEGIN
    SELECT RAISE(ABORT, 'receipts are only added at the end');
END;

CREATE TRIGGER receipts_are_not_changed BEFORE UPDATE ON receipts BEGIN
    SELECT RAISE(ABORT, 'receipts are not changed');
END;

CREATE TRIGGER receipts_are_not_removed BEFORE DELETE ON receipts BEGIN
    SELECT RAISE(ABORT, 'receipts are not removed');
END;

-- Which conversation a response that can be continued belongs to.
CREATE TABLE responses (
    id TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL
) STRICT;
