-- Tags that the sources have and the contact has not. One that we wrote and that is gone was taken away by a human: it
-- comes back only where the sources win.
WITH sides AS (
    SELECT t.person_id, t.crm_id, t.op = 'create' AS is_new, g.tag, g.record_key,
           list_transform(coalesce(c.tags, []), lambda given: lower(trim(given))) AS standing,
           coalesce(try_cast(json_extract(w.sent, '$.tags') AS VARCHAR[]), []) AS ours,
           coalesce((SELECT policy FROM policies WHERE field = 'tags'), 'crm_wins') AS policy
    FROM contact_targets t JOIN golden_tags g USING (person_id)
    LEFT JOIN current_contacts c USING (crm_id) LEFT JOIN written_contacts w USING (crm_id)
    WHERE t.op IN ('create', 'update')
)
SELECT person_id, crm_id, is_new, tag, record_key,
       CASE policy WHEN 'source_wins' THEN list_filter(ours, lambda written: list_contains(standing, lower(trim(written)))) ELSE ours END AS ours
FROM sides
WHERE NOT list_contains(standing, lower(trim(tag)))
  AND CASE policy WHEN 'source_wins' THEN true
                  WHEN 'fill_empty' THEN len(standing) + len(ours) = 0
                  ELSE NOT list_contains(ours, tag) END
