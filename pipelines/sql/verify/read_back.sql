-- The contacts that this run has changed, as they stand now: whether each field that we wrote holds what the CRM answered.
-- Lists are others' too: they are compared by the plan, element by element.
WITH echoed AS (
    SELECT w.crm_id, unnest(json_keys(w.echoed)) AS field, w.echoed FROM written w SEMI JOIN fetched_contacts f ON f.crm_id = w.crm_id
), fields AS (
    SELECT e.crm_id, e.field, json_extract_string(e.echoed, '$."' || e.field || '"') AS answered,
           CASE e.field WHEN 'first_name' THEN f.first_name WHEN 'last_name' THEN f.last_name WHEN 'email' THEN f.email WHEN 'phone' THEN f.phone
                        WHEN 'title' THEN f.title WHEN 'department' THEN f.department WHEN 'company' THEN f.company_id WHEN 'locale' THEN f.locale
                        ELSE json_extract_string(f.properties, '$.' || replace(e.field, 'properties.', '')) END AS stands
    FROM echoed e JOIN fetched_contacts f USING (crm_id)
    WHERE e.field NOT IN ('tags', 'properties.other_emails', 'properties.other_phones')
)
SELECT crm_id, bool_and(answered IS NOT DISTINCT FROM stands) AS as_written,
       coalesce(list(field ORDER BY field) FILTER (answered IS DISTINCT FROM stands), []) AS differs
FROM fields GROUP BY crm_id
