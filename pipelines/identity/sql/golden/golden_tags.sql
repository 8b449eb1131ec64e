-- Every tag of each person, once, with the best record that bears it.
SELECT i.person_id, t.tag, n.name AS record_key FROM person_tags t JOIN person_ids i USING (person) JOIN nodes n USING (node)
