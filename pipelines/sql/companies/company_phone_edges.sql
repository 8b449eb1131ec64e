-- Units that a shared phone and fitting names join.
SELECT unit_a AS a, unit_b AS b, node_a, node_b, key FROM company_phone_pairs ANTI JOIN company_disputed USING (a, b)
WHERE fit AND unit_a <> unit_b
