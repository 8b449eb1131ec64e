-- Which person each contact record is.
SELECT c.name AS record_key, e.entity_id AS person_id
FROM settled_components c JOIN component_entities e USING (component)
WHERE c.name IN (SELECT record_key FROM records)
