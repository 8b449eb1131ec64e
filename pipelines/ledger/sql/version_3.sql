-- What version 3 of the ledger adds: calls that touch one field or one tag alone, what stood in a field before it was
-- ours, fields that are given back, how often an answer was lost, and which update of its object each one is. The journal
-- is made anew, since its CHECK of the kinds cannot be changed in place. It keeps its rows in the order in which they came:
-- what becomes SENT or DONE together then lies on a few pages, not each row on another.
CREATE TABLE journal_3 (
    op_key TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    object TEXT NOT NULL CHECK (object IN ('contacts', 'companies', 'activities')),
    kind TEXT NOT NULL CHECK (kind IN ('create', 'update', 'field', 'tag', 'untag', 'log')),
    entity_id TEXT NOT NULL,
    crm_id TEXT,
    parent TEXT,
    body TEXT NOT NULL,
    sent TEXT NOT NULL,
    before TEXT NOT NULL DEFAULT '{}',     -- JSON by field: what stood there before it was ours
    retracted TEXT NOT NULL DEFAULT '[]',  -- JSON list: the fields that are ours no more once this is done
    doubts INTEGER NOT NULL DEFAULT 0,     -- how often its answer was lost
    number INTEGER NOT NULL DEFAULT 0,     -- which update of its object it is, from 1; 0: it is none
    state TEXT NOT NULL CHECK (state IN ('INTENT', 'SENT', 'DONE', 'REJECTED', 'UNKNOWN')),
    attempts INTEGER NOT NULL DEFAULT 0,
    run TEXT NOT NULL,
    request_id TEXT,
    reason TEXT,
    intent_at REAL NOT NULL,
    sent_at REAL,
    ended_at REAL
) STRICT;
-- Up to version 2 the number of an update was how many were done before it.
INSERT INTO journal_3 (op_key, account, object, kind, entity_id, crm_id, parent, body, sent, number, state, attempts,
                       run, request_id, reason, intent_at, sent_at, ended_at)
    SELECT op_key, account, object, kind, entity_id, crm_id, parent, body, sent,
           CASE WHEN kind = 'update'
                THEN row_number() OVER (PARTITION BY account, object, crm_id, kind
                                        ORDER BY state NOT IN ('DONE', 'UNKNOWN'), ended_at, intent_at)
                ELSE 0 END,
           state, attempts, run, request_id, reason, intent_at, sent_at, ended_at FROM journal;
DROP TABLE journal;
ALTER TABLE journal_3 RENAME TO journal;
CREATE INDEX journal_open ON journal (account, state, object) WHERE state <> 'DONE';
CREATE INDEX journal_updates ON journal (account, object, crm_id) WHERE number > 0;
CREATE INDEX journal_run ON journal (run);

-- What stood in each field before it was ours, by field: what undoing and giving back return to.
ALTER TABLE written ADD COLUMN before TEXT NOT NULL DEFAULT '{}';

-- Other ledgers whose traces in the account count as ours: they were lost, or gave way to this one.
CREATE TABLE adopted (
    account TEXT NOT NULL, ledger_id TEXT NOT NULL, adopted_at REAL NOT NULL,
    PRIMARY KEY (account, ledger_id)
) STRICT, WITHOUT ROWID
