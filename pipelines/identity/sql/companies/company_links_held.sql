-- Which company each record and each of the CRM's companies was found to be before.
SELECT n.node, k.entity_id, k.sequence FROM known_companies k JOIN company_nodes n ON n.name = k.record_key
UNION ALL
SELECT n.node, l.entity_id, NULL FROM company_links l JOIN company_nodes n ON n.name = 'crm:' || l.crm_id
UNION ALL
SELECT n.node, c.bridge_id, NULL FROM current_companies c JOIN company_nodes n ON n.name = 'crm:' || c.crm_id
WHERE c.bridge_id IS NOT NULL
