-- The CRM's companies as they stand after the run: those that it changed as they were read back, the others as before.
-- Without those that cannot be read back.
FROM changed_companies UNION ALL BY NAME SELECT * FROM stood_companies ANTI JOIN changed_companies USING (crm_id) ANTI JOIN not_read_back USING (crm_id)
