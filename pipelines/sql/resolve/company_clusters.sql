-- Which company each node is.
SELECT c.name AS record_key, e.entity_id AS company_id
FROM settled_components c JOIN component_entities e USING (component)
WHERE c.name IN (SELECT name FROM members)
