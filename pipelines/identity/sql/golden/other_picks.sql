-- The values that come from another record than a person's first one, a row each.
SELECT p.person, 'first_name' AS field, v.first_name AS value, v.record_key FROM picks p JOIN votes v ON v.node = p.first_name WHERE p.first_name <> p.node
UNION ALL
SELECT p.person, 'last_name', v.last_name, v.record_key FROM picks p JOIN votes v ON v.node = p.last_name WHERE p.last_name <> p.node
UNION ALL
SELECT p.person, '{name}', v.{name}, v.record_key FROM picks p JOIN votes v ON v.node = p.{name} WHERE p.{name} <> p.node UNION ALL
SELECT p.person, 'company', v.company, v.record_key FROM picks p JOIN votes v ON v.node = p.company WHERE p.company <> p.node
UNION ALL
SELECT k.person, k.kind, k.key, r.record_key
FROM person_keys k JOIN by_source s ON s.person = k.person AND s.place = 1 JOIN records r ON r.file_row_number = k.node
WHERE k.ord = 1 AND k.node <> s.node
