-- The lists of further e-mails and phones judged: one row for what is written, one for what a human has to look at.
WITH judged_elements AS (
    SELECT l.*, coalesce((SELECT retract FROM retracting WHERE retracting.field = 'properties'), 'review') AS retract,
           list_filter(l.drops, lambda one: NOT list_contains(coalesce(v.said, []), comparable(l.kind, one))) AS unsupported
    FROM contact_lists l
    LEFT JOIN (SELECT person_id, field, list(value) AS said FROM said_values GROUP BY ALL) v ON v.person_id = l.person_id AND v.field = l.kind
), shaped AS (
    SELECT *, CASE WHEN policy = 'fill_empty' AND NOT is_new AND len(standing) + len(ours) + len(found) > 0 THEN [] ELSE adds END AS added,
           CASE retract WHEN 'write' THEN unsupported ELSE [] END AS taken
    FROM judged_elements
), rows AS (
    SELECT person_id, crm_id, is_new, 'properties.' || field AS field, ours, standing,
           list_concat(list_filter(standing, lambda one: NOT list_contains(taken, one)), added) AS target,
           CASE WHEN is_new THEN 'create' WHEN len(taken) > 0 THEN 'retract' WHEN len(standing) > 0 THEN 'append' ELSE 'fill' END AS change,
           CASE WHEN is_new THEN verdict('write', 'a new object')
                WHEN policy = 'review' THEN verdict('review', 'the settings leave it to a human')
                WHEN len(taken) > 0 THEN verdict('write', 'ours, and nothing supports it any more')
                WHEN len(standing) > 0 THEN verdict('write', 'further ones, beside those that stand there') ELSE verdict('write', 'fills an empty field') END AS verdict,
           CASE WHEN len(added) > 0 THEN record_key END AS record_key
    FROM shaped WHERE len(added) + len(taken) > 0
    UNION ALL
    SELECT person_id, crm_id, false, 'properties.' || field, ours, standing,
           list_filter(standing, lambda one: NOT list_contains(unsupported, one)), 'retract', verdict('review', 'ours, and nothing supports it any more'), NULL
    FROM shaped WHERE retract = 'review' AND len(unsupported) > 0
)
SELECT person_id, crm_id, is_new, field, to_json(ours)::VARCHAR AS base, CASE WHEN len(standing) > 0 THEN to_json(standing)::VARCHAR END AS "current",
       CASE WHEN len(target) > 0 THEN to_json(target)::VARCHAR END AS proposed, change, verdict, record_key
FROM rows
