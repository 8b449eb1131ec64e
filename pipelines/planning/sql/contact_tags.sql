-- Tags that want a row: those that the sources have and the contact has not (`adds`; one that we wrote, or found there, and
-- that is gone was taken away by a human: it comes back only where the sources win), and those of ours that still stand and
-- that no record bears any more. That somebody opted out is told under any policy.
WITH policy AS (
    SELECT coalesce((SELECT policy FROM policies WHERE field = 'tags'), 'crm_wins') AS policy
), written AS (
    SELECT crm_id, elements(json_extract(sent, '$.tags')) AS ours FROM written_contacts WHERE contains(sent, '"tags"')
), met AS (
    SELECT crm_id, elements(json_extract(found, '$.tags')) AS found FROM found_contacts WHERE contains(found, '"tags":')
), told AS (
    SELECT g.person_id, g.tag, g.record_key, policy FROM golden_tags g CROSS JOIN policy
    ANTI JOIN (FROM opt_out_tags WHERE stands) o ON o.person_id = g.person_id AND o.tag = lower(trim(g.tag))
    UNION ALL SELECT person_id, tag, record_key, opt_out_policy(policy) FROM opt_out_tags CROSS JOIN policy WHERE stands
), tagged AS (
    -- Only these need to be looked at: those who bear a tag in the sources, and those to whom we gave one.
    SELECT t.person_id, t.crm_id, t.op = 'create' AS is_new, coalesce(w.ours, []) AS ours, coalesce(f.found, []) AS found
    FROM contact_targets t LEFT JOIN written w ON w.crm_id = t.crm_id LEFT JOIN met f ON f.crm_id = t.crm_id
    WHERE t.op IN ('create', 'update') AND (w.crm_id IS NOT NULL OR t.person_id IN (SELECT person_id FROM told))
), sides AS (
    SELECT t.*, list_transform(coalesce(c.tags, []), lambda tag: lower(trim(tag))) AS standing,
           list_transform(t.ours, lambda tag: lower(trim(tag))) AS given
    FROM tagged t LEFT JOIN (SELECT crm_id, tags FROM current_contacts WHERE len(tags) > 0) c ON c.crm_id = t.crm_id
), wanted AS (
    SELECT person_id, list(lower(trim(tag))) AS tags FROM told GROUP BY person_id
)
SELECT s.person_id, s.crm_id, s.is_new, g.tag, g.record_key, true AS adds, g.policy,
       -- Where the sources win, what a human took away is forgotten, or it would be ours twice.
       CASE g.policy WHEN 'source_wins' THEN list_filter(s.ours, lambda written: list_contains(s.standing, lower(trim(written)))) ELSE s.ours END AS ours
FROM sides s JOIN told g USING (person_id)
WHERE NOT list_contains(s.standing, lower(trim(g.tag)))
  AND CASE g.policy WHEN 'source_wins' THEN true
                    WHEN 'fill_empty' THEN len(s.standing) + len(s.ours) + len(s.found) = 0
                    ELSE NOT list_contains(s.given, lower(trim(g.tag))) AND NOT list_contains(s.found, lower(trim(g.tag))) END
UNION ALL
SELECT d.person_id, crm_id, false, d.tag, o.record_key, false, CASE WHEN o.tag IS NULL THEN policy ELSE opt_out_policy(policy) END, ours
FROM (SELECT s.*, w.tags AS wanted, unnest(s.ours) AS tag FROM sides s LEFT JOIN wanted w USING (person_id) WHERE len(s.ours) > 0) d CROSS JOIN policy
LEFT JOIN (FROM opt_out_tags WHERE NOT stands) o ON o.person_id = d.person_id AND o.tag = lower(trim(d.tag))
WHERE list_contains(standing, lower(trim(d.tag))) AND NOT coalesce(list_contains(wanted, lower(trim(d.tag))), false)
