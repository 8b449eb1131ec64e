-- The same order where the newest goes first, whatever its source; what does not say when it changed comes after what does.
SELECT node, row_number() OVER (PARTITION BY person
           ORDER BY superseded, modified_at DESC NULLS LAST, day DESC, source_order, says DESC, record_key) AS place
FROM told WHERE NOT alone
