-- The e-mails and phones of each person as lists, best first; not of those whose one record is `plain`.
WITH more AS (
    SELECT person FROM person_keys WHERE ord = 2
)
SELECT person, CASE WHEN any_value(key) FILTER (kind = 'email') IS NULL THEN [] ELSE [any_value(key) FILTER (kind = 'email')] END AS emails,
       CASE WHEN any_value(key) FILTER (kind = 'phone') IS NULL THEN [] ELSE [any_value(key) FILTER (kind = 'phone')] END AS phones
FROM person_keys ANTI JOIN more USING (person) GROUP BY person
UNION ALL
SELECT person, coalesce(list(key ORDER BY ord) FILTER (kind = 'email'), []), coalesce(list(key ORDER BY ord) FILTER (kind = 'phone'), [])
FROM person_keys SEMI JOIN more USING (person) GROUP BY person
