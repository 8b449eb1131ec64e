-- The entries that tell a timeline where a contact, or a change of it, came from; and those owed from a run that was
-- cut off between the write and its entry.
WITH reported AS (
    SELECT DISTINCT entity_id, crm_id, op FROM changes WHERE object = 'contacts' AND decision = 'write'
      AND (op = 'create' AND (SELECT imported_activity FROM setting) <> 'never' OR op = 'update' AND (SELECT imported_activity FROM setting) = 'change')
), files AS (
    SELECT c.person_id, string_agg(DISTINCT r.file, ', ' ORDER BY r.file) AS files
    FROM (FROM clusters SEMI JOIN reported ON reported.entity_id = clusters.person_id) c JOIN records r USING (record_key) GROUP BY c.person_id
)
SELECT 'activities' AS object, 'log' AS op, x.entity_id, x.crm_id, x.op AS field, NULL AS base, NULL AS "current",
       CASE x.op WHEN 'create' THEN 'Imported from ' ELSE 'Updated from ' END || f.files AS proposed, 'write' AS decision,
       CASE x.op WHEN 'create' THEN 'a created contact gets an entry' ELSE 'a changed contact gets an entry' END AS rule,
       NULL AS change, false AS conflict, false AS ours, NULL AS record_key
FROM reported x JOIN files f ON f.person_id = x.entity_id
UNION ALL
SELECT 'activities', 'log', entity_id, crm_id, 'owed', NULL, NULL, description, 'write', 'owed from a run that was cut off', NULL, false, false, NULL
FROM owed_logs
