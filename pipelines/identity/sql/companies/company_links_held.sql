-- Which company each record and each of the CRM's companies was found to be before. `heir`: it is not the record itself, but
-- one that was merged into it.
SELECT n.node, k.entity_id, k.sequence, false AS heir FROM known_companies k JOIN company_nodes n ON n.name = k.record_key
UNION ALL
SELECT n.node, k.entity_id, k.sequence, true FROM gone_records g JOIN known_companies k USING (record_key) JOIN company_nodes n ON n.name = g.merged_into
UNION ALL
SELECT n.node, l.entity_id, NULL, NULL FROM company_links l JOIN company_nodes n ON n.name = 'crm:' || l.crm_id
UNION ALL
SELECT n.node, c.bridge_id, NULL, NULL FROM current_companies c JOIN company_nodes n ON n.name = 'crm:' || c.crm_id
WHERE c.bridge_id IS NOT NULL
