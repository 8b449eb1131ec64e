-- The e-mail and the phone that each person shall have: what the contact has if it is one of theirs, else their best.
SELECT person_id, kind, key, record_key FROM key_claims WHERE refused IS NULL
QUALIFY row_number() OVER (PARTITION BY person_id, kind ORDER BY holder IS NOT NULL DESC, ord) = 1
