-- The chain of receipts. What is hashed stands here as it was hashed, so that nobody has to write it again to check it.
-- The part is the segment that a receipt opens, or -1 for one that only closes.
CREATE TABLE receipts (
    number BIGINT NOT NULL PRIMARY KEY CHECK (number >= 1),
    id TEXT NOT NULL,
    part BIGINT NOT NULL CHECK (part >= -1),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    receipt TEXT NOT NULL,
    UNIQUE (id, part)
);

CREATE FUNCTION only_at_the_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.number <> (SELECT coalesce(max(number), 0) + 1 FROM receipts) THEN
        RAISE EXCEPTION 'receipts are only added at the end';
    END IF;
    RETURN new;
END $$;

CREATE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% are only added', tg_table_name;
END $$;

CREATE TRIGGER receipts_are_added_at_the_end BEFORE INSERT ON receipts
FOR EACH ROW EXECUTE FUNCTION only_at_the_end();

-- For each statement: one that finds no row is refused too, and so is one that empties the table.
CREATE TRIGGER receipts_are_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON receipts
FOR EACH STATEMENT EXECUTE FUNCTION only_added();

-- Which conversation a response that can be continued belongs to.
CREATE TABLE responses (
    id TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL
);
