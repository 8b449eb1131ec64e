-- The person's other e-mails and phones as JSON lists: they go to the contact's properties, where we find them again.
SELECT c.person_id,
       to_json(list_sort(list(c.key) FILTER (c.kind = 'email')))::VARCHAR AS emails,
       to_json(list_sort(list(c.key) FILTER (c.kind = 'phone')))::VARCHAR AS phones
FROM key_claims c LEFT JOIN key_choices x USING (person_id, kind, key)
WHERE x.key IS NULL AND c.refused IS NULL GROUP BY c.person_id
