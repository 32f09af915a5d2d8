-- The number is the order in which documents came, which no clock gives.
CREATE TABLE documents (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    media_type TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE passages (
    id INTEGER NOT NULL PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    heading TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (document_id, position)
) STRICT;

-- The index keeps no text of its own: it reads the passages, so the two cannot hold different words.
CREATE VIRTUAL TABLE passages_index USING fts5 (
    heading, text,
    content = 'passages', content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TRIGGER passages_inserted AFTER INSERT ON passages BEGIN
    INSERT INTO passages_index (rowid, heading, text) VALUES (new.id, new.heading, new.text);
END;

CREATE TRIGGER passages_deleted AFTER DELETE ON passages BEGIN
    INSERT INTO passages_index (passages_index, rowid, heading, text)
    VALUES ('delete', old.id, old.heading, old.text);
END;

CREATE TABLE conversations (
    id TEXT NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE turns (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX turns_by_conversation ON turns (conversation_id, id);

CREATE VIRTUAL TABLE turns_index USING fts5 (
    text,
    content = 'turns', content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TRIGGER turns_inserted AFTER INSERT ON turns BEGIN
    INSERT INTO turns_index (rowid, text) VALUES (new.id, new.text);
END;

CREATE TRIGGER turns_deleted AFTER DELETE ON turns BEGIN
    INSERT INTO turns_index (turns_index, rowid, text) VALUES ('delete', old.id, old.text);
END;
