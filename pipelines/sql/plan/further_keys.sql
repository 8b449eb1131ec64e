-- The person's other e-mails and phones as JSON lists: they go to the contact's properties, where we find them again.
-- One that we once wrote as the contact's own and that stands there no more was taken away by a human: it stays away.
SELECT c.person_id,
       to_json(list_sort(list(c.key) FILTER (c.kind = 'email')))::VARCHAR AS emails,
       to_json(list_sort(list(c.key) FILTER (c.kind = 'phone')))::VARCHAR AS phones
FROM key_claims c LEFT JOIN key_choices x USING (person_id, kind, key)
LEFT JOIN contact_targets t ON t.person_id = c.person_id LEFT JOIN written_contacts w ON w.crm_id = t.crm_id
WHERE x.key IS NULL AND c.refused IS NULL
  AND comparable(c.kind, c.key) IS DISTINCT FROM comparable(c.kind, json_extract_string(w.sent, '$.' || c.kind))
GROUP BY c.person_id
