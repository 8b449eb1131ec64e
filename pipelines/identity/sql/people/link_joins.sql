-- What an earlier link joins: all that is the same known person.
WITH shared AS (SELECT entity_id, min(node) AS node FROM links GROUP BY entity_id HAVING min(node) <> max(node))
SELECT l.node AS a, s.node AS b, 'link' AS kind, l.entity_id AS key FROM links l JOIN shared s USING (entity_id) WHERE l.node <> s.node
