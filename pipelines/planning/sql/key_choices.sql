-- The e-mail and the phone that each person shall have: what the contact has if it is one of theirs, else their best.
SELECT person_id, kind, arg_min(key, place) AS key, arg_min(record_key, place) AS record_key
FROM (SELECT *, CASE WHEN holder IS NULL THEN ord + 1000000 ELSE ord END AS place FROM key_claims WHERE refused IS NULL)
GROUP BY person_id, kind
