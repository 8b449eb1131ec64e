-- The same order where the record that says most goes first.
SELECT node, row_number() OVER (PARTITION BY person
           ORDER BY superseded, says DESC, source_order, modified_at DESC NULLS LAST, day DESC, record_key) AS place
FROM told WHERE NOT alone
