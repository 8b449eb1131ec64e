-- The id of each person that a record speaks of.
SELECT component AS person, entity_id AS person_id FROM entity_ids
