-- What version 4 of the ledger adds: which fields of a contact or company held something that we had not written, at an
-- applied run. Where such a field is empty now, a human emptied it. JSON by field: of keys and lists what stood there, in
-- the form in which it is compared; of other fields `true`.
CREATE TABLE stood (
    account TEXT NOT NULL, object TEXT NOT NULL, crm_id TEXT NOT NULL, found TEXT NOT NULL,
    PRIMARY KEY (account, object, crm_id)
) STRICT, WITHOUT ROWID
