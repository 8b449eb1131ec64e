-- Every e-mail and phone of each person, best first, with the best record that holds it.
SELECT i.person_id, k.kind, k.key, n.name AS record_key, k.ord
FROM person_keys k JOIN person_ids i USING (person) JOIN nodes n USING (node)
UNION ALL
SELECT i.person_id, 'email', r.emails[1], r.record_key, 1
FROM records r JOIN by_source s ON s.node = r.file_row_number AND s.plain JOIN person_ids i USING (person) WHERE len(r.emails) = 1
UNION ALL
SELECT i.person_id, 'phone', r.phones[1], r.record_key, 1
FROM records r JOIN by_source s ON s.node = r.file_row_number AND s.plain JOIN person_ids i USING (person) WHERE len(r.phones) = 1
