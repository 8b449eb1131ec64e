-- Links to the CRM's companies that the ledger does not have yet, or has otherwise; where a plan has waited, only the former.
SELECT company_id, crm_id FROM company_matches m
ANTI JOIN linked_companies l ON l.entity_id = m.company_id AND ((SELECT waited FROM carrying_out) OR l.crm_id = m.crm_id)
WHERE company_id NOT IN (SELECT entity_id FROM moved)
