-- The CRM company that each company is: the one we linked, else the oldest.
SELECT e.entity_id AS company_id, k.crm_id
FROM settled_components c JOIN component_entities e USING (component)
JOIN current_companies k ON c.name = 'crm:' || k.crm_id
LEFT JOIN company_links l ON l.entity_id = e.entity_id AND l.crm_id = k.crm_id
QUALIFY row_number() OVER (PARTITION BY e.entity_id ORDER BY (l.crm_id IS NOT NULL) DESC, k.created_at, k.crm_id) = 1
