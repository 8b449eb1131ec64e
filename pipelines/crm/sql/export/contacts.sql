-- The CRM's contacts as they are after the run; `person_id` is ours, null for those that we know nothing of.
SELECT c.crm_id AS contact_id, m.person_id, c.* EXCLUDE (crm_id, company_id), c.company_id, k.name AS company_name
FROM fetched_contacts c
LEFT JOIN (SELECT crm_id, min(entity_id) AS person_id FROM contact_links GROUP BY crm_id) m USING (crm_id)
LEFT JOIN fetched_companies k ON k.crm_id = c.company_id
