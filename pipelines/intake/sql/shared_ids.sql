-- Ids that stand on several rows of one plain file: they identify none of them.
SELECT 'contacts' AS object, landing, source_id FROM mapped_contacts
WHERE source_id IS NOT NULL AND layout = 'plain' GROUP BY landing, source_id HAVING count(*) > 1
UNION ALL
SELECT 'companies', landing, source_id FROM mapped_companies
WHERE source_id IS NOT NULL AND layout = 'plain' GROUP BY landing, source_id HAVING count(*) > 1
