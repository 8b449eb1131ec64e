-- The CRM's contacts as they stand after the run: those that it changed as they were read back, the others as before.
-- Without those that cannot be read back.
FROM changed_contacts UNION ALL BY NAME SELECT * FROM stood_contacts ANTI JOIN changed_contacts USING (crm_id) ANTI JOIN not_read_back USING (crm_id)
