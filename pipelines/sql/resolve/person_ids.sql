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
), hashed AS (
    SELECT person, name, uuid5_digits((SELECT namespace FROM setting), name) AS digits FROM least ANTI JOIN known USING (person)
), made AS (
    SELECT person, name, uuid5_of(digits) AS person_id FROM hashed
), taken AS (
    SELECT entity_id AS person_id FROM known_contacts UNION SELECT entity_id FROM contact_links
    UNION SELECT person_id FROM known WHERE person IN (SELECT person FROM least)
)
SELECT person, person_id FROM known WHERE person IN (SELECT person FROM least)
UNION ALL
SELECT person, person_id FROM made ANTI JOIN taken USING (person_id)
UNION ALL
SELECT person, uuid5_of(digits) FROM (
    SELECT m.person, uuid5_digits((SELECT namespace FROM setting), m.name || ' apart from ' || m.person_id) AS digits
    FROM made m SEMI JOIN taken t ON t.person_id = m.person_id
)
