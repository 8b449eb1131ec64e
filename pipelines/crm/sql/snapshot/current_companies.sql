-- The CRM's companies as they are, with the domain that names them and the keys that they hold.
SELECT f.*, nullif(json_extract_string(f.properties, '$.crm_bridge_id'), '') AS bridge_id,
       coalesce(w.domain, e.domain) AS domain,
       list_concat(coalesce(e.emails, []), coalesce(e.role_emails, [])) AS emails, coalesce(p.phones, []) AS phones
FROM fetched_companies f
LEFT JOIN domain_keys w ON w.host = host_of(f.website) AND NOT w.free
LEFT JOIN record_emails e ON e.object = 'companies' AND e.landing = f.crm_id
LEFT JOIN record_phones p ON p.object = 'companies' AND p.landing = f.crm_id
