-- The CRM company that each company is: the one we linked, else the oldest.
SELECT i.company_id, k.crm_id
FROM company_members f JOIN company_ids i USING (company) JOIN company_nodes n USING (node)
JOIN current_companies k ON n.name = 'crm:' || k.crm_id
LEFT JOIN company_links l ON l.entity_id = i.company_id AND l.crm_id = k.crm_id
QUALIFY row_number() OVER (PARTITION BY i.company_id ORDER BY (l.crm_id IS NOT NULL) DESC, k.created_at, k.crm_id) = 1
