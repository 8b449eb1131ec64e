-- The CRM's companies as they are after the run, with the number of contacts that are linked to each.
SELECT c.crm_id AS company_id, c.* EXCLUDE (crm_id), coalesce(n.contacts, 0) AS contacts
FROM fetched_companies c LEFT JOIN (SELECT company_id, count(*) AS contacts FROM fetched_contacts GROUP BY company_id) n
  ON n.company_id = c.crm_id
