-- Companies that the CRM does not have and that we may create there.
SELECT g.company_id AS entity_id FROM golden_companies g ANTI JOIN company_matches USING (company_id)
WHERE (SELECT company_writes FROM setting)
