-- The first record to be believed of each person, and the person's id: a table, so that the joins on it are planned by
-- its true size.
SELECT s.person, s.node, s.plain, i.person_id, w.company FROM by_source s JOIN person_ids i USING (person)
LEFT JOIN contact_companies w USING (node) WHERE s.place = 1
