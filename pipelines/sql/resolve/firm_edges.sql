-- What joins for certain: a personal e-mail, an earlier link, and the mark that we left on a contact we created.
-- Every record and contact is named, so that one without a key to share is a component too.
SELECT h.node AS a, 'email:' || h.key AS b FROM holders h LEFT JOIN hub_keys u USING (kind, key)
WHERE h.kind = 'email' AND u.key IS NULL
UNION ALL
SELECT record_key, 'entity:' || entity_id FROM known_contacts WHERE record_key IN (SELECT record_key FROM records)
UNION ALL
SELECT 'crm:' || crm_id, 'entity:' || entity_id FROM contact_links WHERE crm_id IN (SELECT crm_id FROM current_contacts)
UNION ALL
SELECT 'crm:' || crm_id, 'entity:' || bridge_id FROM current_contacts WHERE bridge_id IS NOT NULL
UNION ALL
SELECT record_key, record_key FROM records
UNION ALL
SELECT 'crm:' || crm_id, 'crm:' || crm_id FROM current_contacts
