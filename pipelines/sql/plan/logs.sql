-- The entries that tell a timeline where a contact, or a change of it, came from; and those owed from a run that was
-- cut off between the write and its entry.
WITH files AS (
    SELECT c.person_id, string_agg(DISTINCT r.file, ', ' ORDER BY r.file) AS files
    FROM clusters c JOIN records r USING (record_key) GROUP BY c.person_id
)
SELECT 'activities' AS object, 'log' AS op, x.entity_id, x.crm_id, x.op AS field, NULL AS base, NULL AS "current",
       CASE x.op WHEN 'create' THEN 'Imported from ' ELSE 'Updated from ' END || f.files AS proposed, 'write' AS decision,
       CASE x.op WHEN 'create' THEN 'a created contact gets an entry' ELSE 'a changed contact gets an entry' END AS rule, NULL AS record_key
FROM (SELECT DISTINCT entity_id, crm_id, op FROM changes WHERE object = 'contacts' AND decision = 'write') x
JOIN files f ON f.person_id = x.entity_id
WHERE x.op = 'create' AND (SELECT imported_activity FROM setting) <> 'never'
   OR x.op = 'update' AND (SELECT imported_activity FROM setting) = 'change'
UNION ALL
SELECT 'activities', 'log', entity_id, crm_id, 'owed', NULL, NULL, description, 'write', 'owed from a run that was cut off', NULL
FROM owed_logs
