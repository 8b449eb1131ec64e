-- Contacts of which something may want a row: a field that is not what the sources say, or one that we may have written and
-- that nobody speaks of. By the values' hashes, so that a million contacts are compared in little room; what only
-- looks different is sorted out afterwards, value by value.
WITH said AS (
    SELECT g.person_id, len(g.cleared) > 0 AS clears, hash(g.first_name) AS first_name, hash(g.last_name) AS last_name,
           hash(g.{name}::VARCHAR) AS {name},
           hash(coalesce(m.crm_id, CASE WHEN starts_with(g.company, 'crm:') THEN substr(g.company, 5)
                                        WHEN n.entity_id IS NOT NULL THEN 'new:' || g.company END)) AS company
    FROM golden g LEFT JOIN company_targets m ON m.company_id = g.company LEFT JOIN new_companies n ON n.entity_id = g.company
), stands AS (
    SELECT c.crm_id, w.crm_id IS NOT NULL AS known, hash(c.first_name) AS first_name, hash(c.last_name) AS last_name, hash(c.company_id) AS company,
           hash(c.{column}) AS {name},
           hash(CASE WHEN contains(c.properties, '{property_key}') THEN json_extract_string(c.properties, '$."{property_key}"') END) AS {name},
           hash(lower(c.email)) AS email, hash(c.phone_e164) AS phone_e164, hash(c.phone) AS phone
    FROM current_contacts c LEFT JOIN (SELECT crm_id FROM written_contacts) w ON w.crm_id = c.crm_id
), nothing AS (
    SELECT hash(NULL::VARCHAR) AS nothing
)
SELECT t.person_id, t.crm_id, t.op = 'create' AS is_new
FROM contact_targets t JOIN said g ON g.person_id = t.person_id CROSS JOIN nothing
LEFT JOIN stands c ON c.crm_id = t.crm_id
LEFT JOIN (SELECT person_id, hash(key) AS key FROM key_choices WHERE kind = 'email') e ON e.person_id = t.person_id
LEFT JOIN (SELECT person_id, hash(key) AS key FROM key_choices WHERE kind = 'phone') p ON p.person_id = t.person_id
WHERE t.op = 'create' OR t.op = 'update' AND (
    g.clears
    OR stirs(g.first_name, c.first_name, nothing, known) OR stirs(g.last_name, c.last_name, nothing, known)
    OR stirs(g.{name}, c.{name}, nothing, known)
    OR stirs(g.company, c.company, nothing, known) OR stirs(coalesce(e.key, nothing), c.email, nothing, known)
    OR CASE WHEN p.key = c.phone_e164 THEN false ELSE stirs(coalesce(p.key, nothing), c.phone, nothing, known) END)
