-- What version 4 of the ledger adds. Which fields of a contact or company held something that we had not written, at an
-- applied run: where such a field is empty now, a human emptied it. JSON by field: of keys and lists what stood there, in
-- the form in which it is compared; of other fields `true`.
CREATE TABLE stood (
    account TEXT NOT NULL, object TEXT NOT NULL, crm_id TEXT NOT NULL, found TEXT NOT NULL,
    PRIMARY KEY (account, object, crm_id)
) STRICT, WITHOUT ROWID;
-- How an object stood when an update of it left. What was sent twice and not seen was given up as unknown by earlier
-- versions: it can be looked for.
ALTER TABLE journal ADD COLUMN seen TEXT;  -- its `updatedAt`, and a digest of its fields, as read last before the call
UPDATE journal SET state = 'SENT' WHERE state = 'UNKNOWN' AND reason = 'sent twice and not seen'
