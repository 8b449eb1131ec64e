-- What a human has to look at: nothing of it is written.
SELECT 'contacts' AS object, CASE WHEN t.op IN ('archived', 'gone', 'unseen') THEN 'update' ELSE 'create' END AS op,
       t.person_id AS entity_id, coalesce(t.crm_id, l.crm_id) AS crm_id, NULL AS field, NULL AS base, NULL AS "current", NULL AS proposed,
       CASE t.op WHEN 'skip' THEN 'omit' ELSE 'review' END AS decision,
       CASE t.op WHEN 'archived' THEN 'archived in the CRM: left alone' WHEN 'gone' THEN 'deleted in the CRM: not created again'
                 WHEN 'unseen' THEN 'the CRM cannot show it: left alone' WHEN 'nameless' THEN 'the CRM wants a first and a last name'
                 WHEN 'hold' THEN 'opted out: held by the settings (crm.opt_outs)' WHEN 'skip' THEN 'opted out: left out by the settings (crm.opt_outs)'
                 ELSE 'only a shared line identifies them' END AS rule,
       NULL AS change, false AS conflict, false AS ours, g.first_name_from AS record_key
FROM contact_targets t JOIN golden g USING (person_id) LEFT JOIN contact_links l ON l.entity_id = t.person_id
WHERE t.op NOT IN ('create', 'update')
UNION ALL
SELECT 'contacts', 'update', person_id, crm_id, NULL, NULL, NULL, other_crm_id, 'review', 'may be the same person: ' || reason, NULL, false, false, NULL
FROM merge_candidates
UNION ALL
SELECT 'contacts', CASE WHEN t.op = 'create' THEN 'create' ELSE 'update' END, c.person_id, t.crm_id, c.kind, NULL, NULL, c.key,
       'omit', c.refused, NULL, false, false, c.record_key
FROM key_claims c JOIN contact_targets t USING (person_id) WHERE c.refused IS NOT NULL
