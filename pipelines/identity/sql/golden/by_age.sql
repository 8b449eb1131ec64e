-- The same order where the newest goes first, whatever its source.
SELECT node, row_number() OVER (PARTITION BY person
           ORDER BY superseded, day DESC, modified_at DESC NULLS LAST, source_order, says DESC, record_key) AS place
FROM told WHERE NOT alone
