-- The CRM contacts of each person, best first: the one we linked, then one that holds an e-mail of theirs, then the oldest.
SELECT e.entity_id AS person_id, k.crm_id, k.status, row_number() OVER (
           PARTITION BY e.entity_id
           ORDER BY (l.crm_id IS NOT NULL) DESC, (k.bridge_id = e.entity_id) DESC NULLS LAST,
                    k.status <> 'archived' DESC, len(k.emails) > 0 DESC, k.created_at, k.crm_id) AS rank
FROM settled_components c JOIN component_entities e USING (component)
JOIN current_contacts k ON c.name = 'crm:' || k.crm_id
LEFT JOIN contact_links l ON l.entity_id = e.entity_id AND l.crm_id = k.crm_id
