-- What version 2 of the ledger adds: what became of people. `merged`: all that was one is another by now; `split`: some
-- of its records are.
CREATE TABLE person_changes (
    account TEXT NOT NULL, person_id TEXT NOT NULL, change TEXT NOT NULL CHECK (change IN ('merged', 'split')),
    other_id TEXT NOT NULL, records INTEGER NOT NULL, run TEXT NOT NULL, kept_at REAL NOT NULL,
    PRIMARY KEY (account, person_id, change, other_id)
) STRICT, WITHOUT ROWID
