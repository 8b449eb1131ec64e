-- The same order where the record that says most goes first.
SELECT node, row_number() OVER (PARTITION BY person
           ORDER BY superseded, says DESC, source_order, day DESC, modified_at DESC NULLS LAST, record_key) AS place
FROM told WHERE NOT alone
