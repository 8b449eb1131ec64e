-- Every e-mail and phone of each person, best first, with the best record that holds it.
SELECT i.person_id, k.kind, k.key, n.name AS record_key, k.ord
FROM person_keys k JOIN person_ids i USING (person) JOIN nodes n USING (node)
