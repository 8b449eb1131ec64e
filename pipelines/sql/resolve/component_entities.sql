-- The id of each component's person or company: the oldest known one in it, else UUIDv5 (RFC 9562, 5.5) of its least record key
-- in the namespace of `setting`.
WITH known AS (
    SELECT c.component, arg_min(substr(c.name, 8), {'sequence': coalesce(k.sequence, 9223372036854775807), 'name': c.name}) AS entity_id
    FROM settled_components c
    LEFT JOIN (SELECT entity_id, min(sequence) AS sequence FROM known GROUP BY entity_id) k
      ON k.entity_id = substr(c.name, 8)
    WHERE starts_with(c.name, 'entity:') GROUP BY c.component
), made AS (
    SELECT component, sha1(unhex((SELECT namespace FROM setting)) || encode(min(name))) AS hex
    FROM settled_components WHERE name IN (SELECT name FROM members) GROUP BY component
)
SELECT component, coalesce(k.entity_id, substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-5' || substr(hex, 14, 3) || '-'
       || substr('89ab', 1 + (strpos('0123456789abcdef', substr(hex, 17, 1)) - 1) % 4, 1) || substr(hex, 18, 3) || '-'
       || substr(hex, 21, 12)) AS entity_id
FROM made LEFT JOIN known k USING (component)
