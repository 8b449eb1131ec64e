-- What carrying out the plan will cost: calls by kind. One call a changed object; a contact of which one tag or one property
-- alone changes takes the call for just that. `read again` are the last looks before an update, as `crm.reread` wants them.
WITH objects AS (
    SELECT object, op, entity_id, count(*) AS rows, bool_and(field = 'tags') AS tags, any_value(change) AS change,
           bool_and(starts_with(coalesce(field, ''), 'properties.') AND proposed IS NOT NULL) AS properties,
           bool_or("current" IS NOT NULL AND field <> 'tags') AS overwrites,
           bool_or(split_part(field, '.', 1) IN ('tags', 'properties', 'address')) AS replaces
    FROM plan WHERE decision = 'write' GROUP BY object, op, entity_id
), calls AS (
    SELECT CASE WHEN op = 'log' THEN 'activities logged'
                WHEN op = 'create' THEN object || ' created'
                WHEN object = 'companies' THEN 'companies updated'
                WHEN rows = 1 AND tags AND change IN ('tag') THEN 'tags added'
                WHEN rows = 1 AND tags THEN 'tags removed'
                WHEN rows = 1 AND properties THEN 'properties set'
                ELSE 'contacts updated' END AS kind, op, overwrites, replaces
    FROM objects
)
SELECT kind, count(*) AS calls FROM calls GROUP BY kind
UNION ALL
SELECT 'read again before an update', count(*) FROM calls CROSS JOIN setting
WHERE op = 'update' AND (reread = 'always' OR reread = 'overwrites' AND (overwrites OR replaces AND ends_with(kind, ' updated')))
HAVING count(*) > 0
ORDER BY calls DESC, kind
