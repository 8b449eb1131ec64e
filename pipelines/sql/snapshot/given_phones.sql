-- Every phone that a CRM contact bears, the further ones kept in its properties included.
SELECT 'contacts' AS object, crm_id AS landing, 0 AS row, '' AS country, generate_subscripts(all_phones, 1) AS ord, unnest(all_phones) AS raw
FROM (SELECT crm_id, list_filter(list_concat([phone], coalesce(try_cast(json_extract(properties, '$.other_phones') AS VARCHAR[]), [])),
             lambda given: given IS NOT NULL) AS all_phones FROM fetched_contacts)
WHERE len(all_phones) > 0
