-- Which person each contact record is.
SELECT n.name AS record_key, i.person_id
FROM people p JOIN person_ids i USING (person) JOIN nodes n USING (node) WHERE NOT starts_with(n.name, 'crm:')
