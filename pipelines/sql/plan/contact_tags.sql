-- Tags that the sources have and the contact has not. One that we wrote and that is gone was taken away by a human.
WITH sides AS (
    SELECT t.person_id, t.crm_id, t.op = 'create' AS is_new, g.tags_from, unnest(g.tags) AS tag,
           coalesce(c.tags, []) AS standing,
           coalesce(try_cast(json_extract(w.sent, '$.tags') AS VARCHAR[]), []) AS ours
    FROM contact_targets t JOIN golden g USING (person_id)
    LEFT JOIN current_contacts c USING (crm_id) LEFT JOIN written_contacts w USING (crm_id)
    WHERE t.op IN ('create', 'update')
)
SELECT person_id, crm_id, is_new, tag, ours, tags_from AS record_key FROM sides
WHERE NOT list_contains(standing, tag) AND NOT list_contains(ours, tag)
