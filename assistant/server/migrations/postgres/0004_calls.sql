-- Calls of the client's tools that a response made, so that their results can follow it alone.
CREATE TABLE calls (
    response_id TEXT NOT NULL REFERENCES responses (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    arguments TEXT NOT NULL,
    PRIMARY KEY (response_id, position)
);
