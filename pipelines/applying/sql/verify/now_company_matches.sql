-- Which company of the CRM each company is after the run.
WITH met AS (
    SELECT l.entity_id AS company_id, l.crm_id FROM linked_companies l SEMI JOIN changed_companies c USING (crm_id)
)
SELECT company_id, crm_id FROM stood_company_matches ANTI JOIN met USING (company_id) ANTI JOIN not_read_back USING (crm_id)
UNION ALL SELECT company_id, crm_id FROM met
