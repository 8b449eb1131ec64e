-- The id of each company that a source speaks of.
SELECT component AS company, entity_id AS company_id FROM entity_ids
