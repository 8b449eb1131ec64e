-- Every e-mail that a CRM contact or company bears, the further ones kept in its properties included.
SELECT 'contacts' AS object, crm_id AS landing, 0 AS row, len(all_emails) AS cells, generate_subscripts(all_emails, 1) AS ord, unnest(all_emails) AS raw
FROM (SELECT crm_id, list_filter(list_concat([email], coalesce(try_cast(json_extract(properties, '$.other_emails') AS VARCHAR[]), [])),
             lambda given: given IS NOT NULL) AS all_emails FROM fetched_contacts)
WHERE len(all_emails) > 0
UNION ALL
SELECT 'companies', crm_id, 0, 1, 1, email FROM fetched_companies WHERE email IS NOT NULL
