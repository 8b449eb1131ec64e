-- What version 5 of the ledger adds: up to where the streams of sources have landed. They are about the data folder, not
-- about an account. `origin` is what the cursor was made for; `landing` the newest landing when it moved, `landings` how
-- many there were: where the folder has fewer, it has lost some, and the stream is pulled from its beginning.
CREATE TABLE cursors (
    source TEXT NOT NULL, stream TEXT NOT NULL, cursor TEXT NOT NULL, origin TEXT NOT NULL,
    landing TEXT, landings INTEGER NOT NULL, run TEXT NOT NULL, moved_at REAL NOT NULL,
    PRIMARY KEY (source, stream)
) STRICT, WITHOUT ROWID
