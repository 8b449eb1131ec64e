-- The contacts that this run has changed, as they stand now: whether each field that it wrote holds what the CRM answered.
-- Lists are others' too: they are compared by the plan, element by element.
WITH changed AS (
    SELECT DISTINCT crm_id, unnest(fields::VARCHAR[]) AS field FROM applied WHERE object = 'contacts' AND state = 'DONE'
), echoed AS (
    SELECT c.crm_id, c.field, w.echoed FROM changed c JOIN written w USING (crm_id)
), fields AS (
    SELECT e.crm_id, e.field, json_extract_string(e.echoed, '$."' || e.field || '"') AS answered,
           CASE e.field
                WHEN '{crm}' THEN f.{column}
                ELSE json_extract_string(f.properties, '$.' || replace(e.field, 'properties.', '')) END AS stands
    FROM echoed e JOIN fetched_contacts f USING (crm_id)
    WHERE e.field NOT IN ('tags', 'properties.other_emails', 'properties.other_phones')
)
SELECT f.crm_id, coalesce(bool_and(answered IS NOT DISTINCT FROM stands), true) AS as_written,
       coalesce(list(field ORDER BY field) FILTER (answered IS DISTINCT FROM stands), []) AS differs
FROM fetched_contacts f LEFT JOIN fields USING (crm_id) GROUP BY f.crm_id
