-- Which contact each person is after the run.
WITH met AS (
    SELECT l.entity_id AS person_id, l.crm_id, c.status FROM linked_contacts l JOIN changed_contacts c USING (crm_id)
)
SELECT person_id, crm_id, status FROM stood_contact_matches ANTI JOIN met USING (person_id) ANTI JOIN not_read_back USING (crm_id)
UNION ALL SELECT person_id, crm_id, status FROM met
