-- What each company goes by: its id, and one that only the CRM has by its id there.
SELECT m.company, coalesce(any_value(i.company_id), min(n.name)) AS entity_id, any_value(i.company_id) IS NOT NULL AS said
FROM company_members m JOIN company_nodes n USING (node) LEFT JOIN company_ids i USING (company) GROUP BY m.company
