-- The plan as people read it: what needs them first, then what is written, each with whom it is about.
SELECT object, op, coalesce(nullif(concat_ws(' ', g.first_name, g.last_name), ''), c.name, '') AS who, coalesce(field, '') AS field,
       coalesce("current", '') AS stands, coalesce(proposed, '') AS proposed, decision, rule, file, landing, row
FROM plan p LEFT JOIN golden g ON g.person_id = p.entity_id LEFT JOIN golden_companies c ON c.company_id = p.entity_id
ORDER BY decision = 'write', decision, number
