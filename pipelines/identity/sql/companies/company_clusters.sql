-- Which company each node is.
SELECT n.name AS record_key, i.company_id
FROM company_members f JOIN company_ids i USING (company) JOIN company_nodes n USING (node) WHERE NOT starts_with(n.name, 'crm:')
