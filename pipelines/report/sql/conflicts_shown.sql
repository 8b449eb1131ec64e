-- What both a human and the sources have changed, as people read it.
SELECT coalesce(nullif(concat_ws(' ', g.first_name, g.last_name), ''), c.name, '') AS who, coalesce(p.crm_id, '') AS contact, p.field,
       coalesce(p.base, '') AS base, coalesce(p."current", '(cleared)') AS stands, coalesce(p.proposed, '(nothing)') AS proposed, p.decision, p.rule,
       p.file, p.landing, p.row
FROM plan p LEFT JOIN golden g ON g.person_id = p.entity_id LEFT JOIN golden_companies c ON c.company_id = p.entity_id
WHERE p.conflict ORDER BY p.number
