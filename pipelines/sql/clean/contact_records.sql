-- The current version of each contact record: the source's newest, else the newest file's, else the last row.
SELECT * FROM contact_versions
QUALIFY row_number() OVER (
    PARTITION BY record_key ORDER BY modified_at DESC NULLS LAST, dated DESC, sequence DESC, landing DESC, row DESC) = 1
