-- Links to the CRM's contacts that the ledger does not have yet, or has otherwise; where a plan has waited, only the former.
SELECT person_id, crm_id FROM contact_matches m
ANTI JOIN linked_contacts l ON l.entity_id = m.person_id AND ((SELECT waited FROM carrying_out) OR l.crm_id = m.crm_id)
WHERE person_id NOT IN (SELECT entity_id FROM moved)
