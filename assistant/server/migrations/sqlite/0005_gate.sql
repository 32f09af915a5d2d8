-- What waits to be done and how far it got. The words of `status`, `tier` and `authorization_decision` are those of
-- the owner that the row names, and nobody else says what they mean.
CREATE TABLE tasks (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    task_id TEXT NOT NULL UNIQUE CHECK (length(task_id) BETWEEN 1 AND 128),
    run_id TEXT NOT NULL UNIQUE CHECK (length(run_id) BETWEEN 1 AND 128),
    status TEXT NOT NULL CHECK (status IN (
        'created', 'queued', 'delegated', 'running', 'blocked', 'completed', 'failed', 'canceled'
    )),
    actor TEXT,
    lease_epoch INTEGER NOT NULL DEFAULT 0 CHECK (lease_epoch >= 0),
    lease_expires_at INTEGER,
    tier TEXT NOT NULL CHECK (tier IN ('A', 'B', 'C')),
    action_id TEXT,
    title TEXT,
    body TEXT,
    question TEXT,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    authorization_decision TEXT CHECK (authorization_decision IN ('GRANTED', 'DENIED', 'PENDING_APPROVAL')),
    authorization_engine TEXT,
    authorization_context TEXT,
    authorization_at INTEGER,
    authorization_by TEXT,
    semantic_owner TEXT NOT NULL DEFAULT 'mutation_gate',
    CHECK (authorization_decision IS NULL OR (
        authorization_engine IS NOT NULL AND authorization_context IS NOT NULL
        AND authorization_at IS NOT NULL AND authorization_by IS NOT NULL
    ))
) STRICT;

CREATE INDEX tasks_to_be_run ON tasks (status, number) WHERE question IS NOT NULL;

CREATE TRIGGER tasks_are_made_once BEFORE INSERT ON tasks
WHEN EXISTS (SELECT 1 FROM tasks WHERE task_id = new.task_id OR run_id = new.run_id OR number = new.number)
BEGIN
    SELECT RAISE(ABORT, 'a task is made once');
END;

CREATE TRIGGER tasks_that_ended_are_not_changed BEFORE UPDATE ON tasks
WHEN old.status IN ('completed', 'failed', 'canceled')
BEGIN
    SELECT RAISE(ABORT, 'a task that ended is not changed');
END;

-- A lease is fenced by an epoch that only grows, and what was authorised stays as it was decided.
CREATE TRIGGER tasks_keep_what_they_are BEFORE UPDATE ON tasks
WHEN new.task_id <> old.task_id OR new.run_id <> old.run_id OR new.number <> old.number
    OR new.lease_epoch < old.lease_epoch
    OR new.question IS NOT old.question
    OR new.authorization_decision IS NOT old.authorization_decision
    OR new.authorization_context IS NOT old.authorization_context
BEGIN
    SELECT RAISE(ABORT, 'a task keeps its ids, its question and its authorization, and its epoch grows');
END;

CREATE TRIGGER tasks_are_not_removed BEFORE DELETE ON tasks BEGIN
    SELECT RAISE(ABORT, 'tasks are not removed');
END;

CREATE TABLE run_events (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    ts INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN (
        'task.created', 'task.queued', 'task.delegated', 'task.claimed', 'task.extended', 'task.reclaimed',
        'task.running', 'task.blocked', 'task.progress', 'task.heartbeat', 'artifact.emitted',
        'task.completed', 'task.failed', 'task.canceled'
    )),
    task_id TEXT NOT NULL REFERENCES tasks (task_id),
    run_id TEXT NOT NULL,
    actor TEXT,
    epoch INTEGER NOT NULL,
    detail TEXT
) STRICT;

CREATE INDEX run_events_by_run ON run_events (run_id, ts, id);
CREATE INDEX run_events_by_task ON run_events (task_id, ts, id);

CREATE UNIQUE INDEX a_run_ends_once ON run_events (run_id)
WHERE kind IN ('task.completed', 'task.failed', 'task.canceled');

-- An insertion that replaces a row fires no trigger of its removal, so it is refused by itself.
CREATE TRIGGER run_events_are_added_at_the_end BEFORE INSERT ON run_events
WHEN new.id IN (SELECT id FROM run_events WHERE id = new.id)
    OR (new.kind IN ('task.completed', 'task.failed', 'task.canceled') AND EXISTS (
        SELECT 1 FROM run_events
        WHERE run_id = new.run_id AND kind IN ('task.completed', 'task.failed', 'task.canceled')
    ))
BEGIN
    SELECT RAISE(ABORT, 'events are only added, and a run ends once');
END;

CREATE TRIGGER run_events_are_not_changed BEFORE UPDATE ON run_events BEGIN
    SELECT RAISE(ABORT, 'events are only added');
END;

CREATE TRIGGER run_events_are_not_removed BEFORE DELETE ON run_events BEGIN
    SELECT RAISE(ABORT, 'events are only added');
END;

-- What runs made. The name is the run's own, so that what is made again is not there twice.
CREATE TABLE artifacts (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    task_id TEXT NOT NULL REFERENCES tasks (task_id),
    run_id TEXT NOT NULL,
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    receipt_id TEXT,
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (run_id, name)
) STRICT;

CREATE TRIGGER artifacts_are_added_once BEFORE INSERT ON artifacts
WHEN EXISTS (
    SELECT 1 FROM artifacts WHERE id = new.id OR number = new.number OR (run_id = new.run_id AND name = new.name)
)
BEGIN
    SELECT RAISE(ABORT, 'artifacts are only added');
END;

CREATE TRIGGER artifacts_are_not_changed BEFORE UPDATE ON artifacts BEGIN
    SELECT RAISE(ABORT, 'artifacts are only added');
END;

CREATE TRIGGER artifacts_are_not_removed BEFORE DELETE ON artifacts BEGIN
    SELECT RAISE(ABORT, 'artifacts are only added');
END;

CREATE TABLE grants (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    allow TEXT NOT NULL,
    scope_kind TEXT NOT NULL CHECK (scope_kind IN ('run_id', 'task_id')),
    scope_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    single_use INTEGER NOT NULL CHECK (single_use IN (0, 1)),
    granted_by TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    spent_at INTEGER,
    spent_by TEXT,
    CHECK ((spent_at IS NULL) = (spent_by IS NULL))
) STRICT;

CREATE INDEX grants_by_scope ON grants (scope_id);

CREATE TRIGGER grants_are_given_once BEFORE INSERT ON grants
WHEN EXISTS (SELECT 1 FROM grants WHERE id = new.id OR number = new.number)
BEGIN
    SELECT RAISE(ABORT, 'a grant is given once');
END;

CREATE TRIGGER grants_are_only_spent BEFORE UPDATE ON grants
WHEN old.spent_at IS NOT NULL OR new.spent_at IS NULL
    OR new.id <> old.id OR new.number <> old.number OR new.allow <> old.allow
    OR new.scope_kind <> old.scope_kind OR new.scope_id <> old.scope_id
    OR new.expires_at <> old.expires_at OR new.single_use <> old.single_use
    OR new.granted_by <> old.granted_by OR new.granted_at <> old.granted_at
BEGIN
    SELECT RAISE(ABORT, 'a grant is spent once and changes in nothing else');
END;

CREATE TRIGGER grants_are_not_removed BEFORE DELETE ON grants BEGIN
    SELECT RAISE(ABORT, 'grants are not removed');
END;

-- What governs from outside. One row of a scope and a type is not superseded.
CREATE TABLE governance_signals (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL CHECK (type IN (
        'LAYER_STATUS', 'CI_STATUS', 'DEPLOYMENT_GATE', 'SESSION_BLOCK', 'MANUAL_OVERRIDE'
    )),
    scope TEXT NOT NULL CHECK (length(scope) >= 1),
    decision TEXT NOT NULL CHECK (decision IN ('CLEAN', 'BLOCKED', 'WARN', 'PENDING')),
    reason TEXT NOT NULL CHECK (length(reason) >= 1),
    constraints TEXT,
    recorded_by TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    expires_at INTEGER,
    superseded_by TEXT REFERENCES governance_signals (id) DEFERRABLE INITIALLY DEFERRED,
    semantic_owner TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX one_live_signal ON governance_signals (scope, type) WHERE superseded_by IS NULL;

CREATE TRIGGER signals_are_only_added BEFORE INSERT ON governance_signals
WHEN EXISTS (
    SELECT 1 FROM governance_signals
    WHERE id = new.id OR number = new.number
        OR (superseded_by IS NULL AND scope = new.scope AND type = new.type)
)
BEGIN
    SELECT RAISE(ABORT, 'a signal takes the place of the live one only by superseding it');
END;

CREATE TRIGGER signals_are_only_superseded BEFORE UPDATE ON governance_signals
WHEN old.superseded_by IS NOT NULL OR new.superseded_by IS NULL
    OR new.id <> old.id OR new.number <> old.number OR new.type <> old.type OR new.scope <> old.scope
    OR new.decision <> old.decision OR new.reason <> old.reason OR new.constraints IS NOT old.constraints
    OR new.recorded_by <> old.recorded_by OR new.recorded_at <> old.recorded_at
    OR new.expires_at IS NOT old.expires_at OR new.semantic_owner <> old.semantic_owner
BEGIN
    SELECT RAISE(ABORT, 'a signal is superseded once and changes in nothing else');
END;

CREATE TRIGGER signals_are_not_removed BEFORE DELETE ON governance_signals BEGIN
    SELECT RAISE(ABORT, 'signals are not removed');
END;

-- What the gate decided, each with the line by which it is decided again.
CREATE TABLE gate_audit (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 38),
    recorded_at INTEGER NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('shadow', 'enforce')),
    class TEXT,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('allow', 'deny')),
    reason TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('pass_recorded', 'reject')),
    http INTEGER NOT NULL,
    actor TEXT,
    task_id TEXT,
    run_id TEXT,
    input TEXT NOT NULL,
    verdict TEXT NOT NULL
) STRICT;

CREATE INDEX gate_audit_by_task ON gate_audit (task_id, seq);

CREATE TRIGGER gate_audit_is_only_added BEFORE INSERT ON gate_audit
WHEN EXISTS (SELECT 1 FROM gate_audit WHERE id = new.id OR seq = new.seq)
BEGIN
    SELECT RAISE(ABORT, 'audit records are only added');
END;

CREATE TRIGGER gate_audit_is_not_changed BEFORE UPDATE ON gate_audit BEGIN
    SELECT RAISE(ABORT, 'audit records are only added');
END;

CREATE TRIGGER gate_audit_is_not_removed BEFORE DELETE ON gate_audit BEGIN
    SELECT RAISE(ABORT, 'audit records are only added');
END;

-- What a person found of a decision afterwards.
CREATE TABLE gate_audit_labels (
    audit_id TEXT NOT NULL PRIMARY KEY REFERENCES gate_audit (id),
    label TEXT NOT NULL CHECK (label IN ('wrong', 'right')),
    labelled_by TEXT NOT NULL,
    labelled_at INTEGER NOT NULL
) STRICT;
