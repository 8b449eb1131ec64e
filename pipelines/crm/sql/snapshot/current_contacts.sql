-- The CRM's contacts as they are, with the keys that they hold. A shared mailbox or a placeholder is no key here either.
SELECT f.*, nullif(json_extract_string(f.properties, '$.crm_bridge_id'), '') AS bridge_id,
       coalesce(e.emails, []) AS emails, coalesce(p.phones, []) AS phones, k.phone AS phone_e164
FROM fetched_contacts f
LEFT JOIN record_emails e ON e.object = 'contacts' AND e.landing = f.crm_id
LEFT JOIN record_phones p ON p.object = 'contacts' AND p.landing = f.crm_id
LEFT JOIN (SELECT raw, arg_min(phone, part) AS phone FROM phone_keys WHERE country = '' AND phone IS NOT NULL GROUP BY raw) k
  ON k.raw = f.phone
