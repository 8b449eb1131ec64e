-- The CRM contact that each person is.
SELECT person_id, crm_id, status FROM contact_candidates WHERE rank = 1
