-- The person's other e-mails and phones: they go to the contact's properties, where we find them again.
-- One that we once wrote, or found, as the contact's own and that stands there no more was taken away by a human: it stays
-- away.
SELECT c.person_id,
       coalesce(list_sort(list(c.key) FILTER (c.kind = 'email')), []) AS emails, min(c.record_key) FILTER (c.kind = 'email') AS email_from,
       coalesce(list_sort(list(c.key) FILTER (c.kind = 'phone')), []) AS phones, min(c.record_key) FILTER (c.kind = 'phone') AS phone_from
FROM (FROM key_claims WHERE refused IS NULL) c ANTI JOIN key_choices x ON x.person_id = c.person_id AND x.kind = c.kind AND x.key = c.key
LEFT JOIN contact_targets t ON t.person_id = c.person_id LEFT JOIN written_contacts w ON w.crm_id = t.crm_id
LEFT JOIN (FROM found_contacts WHERE contains(found, '"email":') OR contains(found, '"phone":')) s ON s.crm_id = t.crm_id
WHERE comparable(c.kind, c.key) IS DISTINCT FROM comparable(c.kind, json_extract_string(w.sent, '$.' || c.kind))
  AND (s.found IS NULL OR NOT list_contains(elements(json_extract(s.found, '$.' || c.kind)), comparable(c.kind, c.key)))
GROUP BY c.person_id
