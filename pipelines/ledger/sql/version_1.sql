-- The ledger: what we meant to send, what we sent, what came of it, and who is linked to whom. Version 1.
-- Every table carries the account, so that one ledger never mixes two CRMs.

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- One row an operation. INTENT: decided, nothing has left. SENT: bytes may have left. DONE: the server answered, or its
-- effect was read back. REJECTED: the server refused it for good. UNKNOWN: nobody can tell; a human must look.
CREATE TABLE journal (
    op_key TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    object TEXT NOT NULL CHECK (object IN ('contacts', 'companies', 'activities')),
    kind TEXT NOT NULL CHECK (kind IN ('create', 'update', 'log')),
    entity_id TEXT NOT NULL,
    crm_id TEXT,
    parent TEXT,
    body TEXT NOT NULL,
    sent TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('INTENT', 'SENT', 'DONE', 'REJECTED', 'UNKNOWN')),
    attempts INTEGER NOT NULL DEFAULT 0,
    run TEXT NOT NULL,
    request_id TEXT,
    reason TEXT,
    intent_at REAL NOT NULL,
    sent_at REAL,
    ended_at REAL
) STRICT, WITHOUT ROWID;
CREATE INDEX journal_open ON journal (account, state, object) WHERE state <> 'DONE';
CREATE INDEX journal_target ON journal (account, object, crm_id) WHERE crm_id IS NOT NULL;
CREATE INDEX journal_run ON journal (run);

-- Which person (or company) a source record was last found to be. `sequence` tells the older id from the younger.
CREATE TABLE entities (
    account TEXT NOT NULL, object TEXT NOT NULL, record_key TEXT NOT NULL, entity_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (account, object, record_key)
) STRICT, WITHOUT ROWID;

-- Which CRM object a person (or company) is.
CREATE TABLE links (
    account TEXT NOT NULL, object TEXT NOT NULL, entity_id TEXT NOT NULL, crm_id TEXT NOT NULL,
    PRIMARY KEY (account, object, entity_id)
) STRICT, WITHOUT ROWID;

-- What we last wrote to each CRM object: as sent, and as the server echoed it. JSON objects, one key a field.
CREATE TABLE written (
    account TEXT NOT NULL, object TEXT NOT NULL, crm_id TEXT NOT NULL, sent TEXT NOT NULL, echoed TEXT NOT NULL,
    PRIMARY KEY (account, object, crm_id)
) STRICT, WITHOUT ROWID;

-- What we learned about an account, such as that its companies are read-only.
CREATE TABLE traits (account TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (account, name)) STRICT, WITHOUT ROWID
