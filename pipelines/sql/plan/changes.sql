-- Every field that differs, judged.
WITH states AS (
    SELECT 'companies' AS object, 'crm_wins' AS policy, * FROM company_states
    UNION ALL
    SELECT 'contacts', coalesce(p.policy, 'crm_wins'), s.* FROM contact_states s
    LEFT JOIN policies p ON p.field = split_part(s.field, '.', 1)
), decided AS (
    SELECT *, judged(is_new, policy, base, was_written, "current", proposed, sent, kind) AS verdict FROM states
)
SELECT object, CASE WHEN is_new THEN 'create' ELSE 'update' END AS op, person_id AS entity_id, crm_id, field,
       base, "current", proposed, split_part(verdict, ':', 1) AS decision, substr(verdict, strpos(verdict, ':') + 1) AS rule, record_key
FROM decided WHERE NOT starts_with(verdict, 'same:')
UNION ALL
SELECT 'contacts', CASE WHEN is_new THEN 'create' ELSE 'update' END, person_id, crm_id, 'tags', to_json(ours)::VARCHAR, NULL, tag,
       'write', 'a tag more', record_key
FROM contact_tags
