-- Every phone that a CRM contact or company bears, the further ones kept in a contact's properties included.
SELECT 'contacts' AS object, crm_id AS landing, 0 AS row, len(all_phones) AS cells, '' AS country, generate_subscripts(all_phones, 1) AS ord, unnest(all_phones) AS raw
FROM (SELECT crm_id, list_filter(list_concat([phone], coalesce(try_cast(json_extract(properties, '$.other_phones') AS VARCHAR[]), [])),
             lambda given: given IS NOT NULL) AS all_phones FROM fetched_contacts)
WHERE len(all_phones) > 0
UNION ALL
SELECT 'companies', crm_id, 0, 1, coalesce(country, ''), 1, phone FROM fetched_companies WHERE phone IS NOT NULL
