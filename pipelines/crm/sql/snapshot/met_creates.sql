-- Creates that nobody could tell of, and the contacts and companies that bear their mark.
SELECT u.op_key, f.crm_id, f.created_at
FROM unknown_creates u
JOIN (SELECT 'contacts' AS object, crm_id, created_at, properties FROM fetched_contacts
      UNION ALL SELECT 'companies', crm_id, created_at, properties FROM fetched_companies) f
  ON f.object = u.object AND json_extract_string(f.properties, '$.crm_bridge_id') = u.entity_id
