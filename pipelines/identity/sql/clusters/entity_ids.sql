-- The id of each component that a record speaks of: the oldest one known among its links, one that it has only from a record
-- that was merged into one of its own after the others; else UUIDv5 (RFC 9562, 5.5) of
-- its least record key in the namespace of `setting`. Where that id is somebody else's already, the key alone no longer
-- tells, and the other's id goes into the name.
WITH ages AS (
    SELECT entity_id, min(sequence) AS sequence FROM entity_known GROUP BY entity_id
), handed_on AS (
    SELECT m.component, l.entity_id FROM entity_links l JOIN entity_members m USING (node) WHERE l.heir
    EXCEPT SELECT m.component, l.entity_id FROM entity_links l JOIN entity_members m USING (node)
    WHERE NOT l.heir AND l.entity_id IN (SELECT entity_id FROM entity_links WHERE heir)
), known AS (
    SELECT m.component, arg_min(l.entity_id, {'handed_on': h.entity_id IS NOT NULL, 'sequence': coalesce(a.sequence, 9223372036854775807), 'id': l.entity_id}) AS entity_id
    FROM entity_links l JOIN entity_members m USING (node) LEFT JOIN ages a USING (entity_id)
    LEFT JOIN handed_on h ON h.component = m.component AND h.entity_id = l.entity_id GROUP BY m.component
), least AS (
    SELECT component, min(name) AS name FROM entity_members WHERE NOT starts_with(name, 'crm:') GROUP BY component
), hashed AS (
    SELECT component, name, uuid5_digits((SELECT namespace FROM setting), name) AS digits FROM least ANTI JOIN known USING (component)
), made AS (
    SELECT component, name, uuid5_of(digits) AS entity_id FROM hashed
), taken AS (
    SELECT entity_id FROM entity_known UNION SELECT entity_id FROM entity_linked
    UNION SELECT entity_id FROM known SEMI JOIN least USING (component)
)
SELECT component, entity_id FROM known SEMI JOIN least USING (component)
UNION ALL
SELECT component, entity_id FROM made ANTI JOIN taken USING (entity_id)
UNION ALL
SELECT component, uuid5_of(digits) FROM (
    SELECT m.component, uuid5_digits((SELECT namespace FROM setting), m.name || ' apart from ' || m.entity_id) AS digits
    FROM made m SEMI JOIN taken t ON t.entity_id = m.entity_id
)
