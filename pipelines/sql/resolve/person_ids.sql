-- The id of each person that a record speaks of: the oldest one known among its links, else UUIDv5 (RFC 9562, 5.5) of its least record
-- key in the namespace of `setting`. Where that id is somebody else's already, the key alone no longer tells, and the
-- other's id goes into the name.
WITH ages AS (
    SELECT entity_id, min(sequence) AS sequence FROM known_contacts GROUP BY entity_id
), known AS (
    SELECT p.person, arg_min(l.entity_id, {'sequence': coalesce(a.sequence, 9223372036854775807), 'id': l.entity_id}) AS person_id
    FROM links l JOIN people p USING (node) LEFT JOIN ages a USING (entity_id) GROUP BY p.person
), least AS (
    SELECT p.person, min(n.name) AS name FROM people p JOIN nodes n USING (node)
    WHERE NOT starts_with(n.name, 'crm:') GROUP BY p.person
), made AS (
    SELECT person, name, uuid5((SELECT namespace FROM setting), name) AS person_id FROM least ANTI JOIN known USING (person)
), taken AS (
    SELECT entity_id AS person_id FROM known_contacts UNION SELECT entity_id FROM contact_links
)
SELECT person, person_id FROM known WHERE person IN (SELECT person FROM least)
UNION ALL
SELECT m.person, CASE WHEN t.person_id IS NULL THEN m.person_id
                      ELSE uuid5((SELECT namespace FROM setting), m.name || ' apart from ' || t.person_id) END
FROM made m LEFT JOIN taken t USING (person_id)
