-- The plan in numbers, by object.
WITH objects AS (
    SELECT object, op, entity_id, bool_or(decision = 'write') AS writes, bool_or(decision = 'review') AS reviews,
           bool_or(decision = 'write' AND change IN ('overwrite', 'clear', 'untag')) AS overwrites, bool_or(decision = 'write' AND change = 'retract') AS retracts
    FROM plan GROUP BY object, op, entity_id
)
SELECT 'contacts_created' AS name, count(*) FILTER (object = 'contacts' AND op = 'create' AND writes) AS rows FROM objects
UNION ALL SELECT 'contacts_updated', count(*) FILTER (object = 'contacts' AND op = 'update' AND writes) FROM objects
UNION ALL SELECT 'contacts_unchanged', (SELECT count(*) FROM contact_targets WHERE op = 'update')
    - count(*) FILTER (object = 'contacts' AND op = 'update' AND writes) FROM objects
UNION ALL SELECT 'contacts_overwritten', count(*) FILTER (object = 'contacts' AND overwrites) FROM objects
UNION ALL SELECT 'contacts_retracted', count(*) FILTER (object = 'contacts' AND retracts) FROM objects
UNION ALL SELECT 'held_for_review', count(DISTINCT entity_id) FILTER (reviews) FROM objects
UNION ALL SELECT 'companies_created', count(*) FILTER (object = 'companies' AND op = 'create' AND writes) FROM objects
UNION ALL SELECT 'companies_updated', count(*) FILTER (object = 'companies' AND op = 'update' AND writes) FROM objects
UNION ALL SELECT 'companies_unchanged', (SELECT count(*) FROM company_matches)
    - count(*) FILTER (object = 'companies' AND op = 'update' AND writes) FROM objects
UNION ALL SELECT 'activities_logged', (SELECT count(*) FROM plan WHERE op = 'log' AND decision = 'write')
UNION ALL SELECT 'fields_written', (SELECT count(*) FROM plan WHERE op <> 'log' AND decision = 'write')
UNION ALL SELECT 'fields_kept', (SELECT count(*) FROM plan WHERE decision = 'keep')
UNION ALL SELECT 'conflicts', (SELECT count(*) FROM plan WHERE conflict)
UNION ALL SELECT 'values_omitted', (SELECT count(*) FROM plan WHERE decision = 'omit' AND field IS NOT NULL)
UNION ALL SELECT 'opted_out_skipped', (SELECT count(*) FROM plan WHERE decision = 'omit' AND field IS NULL)
