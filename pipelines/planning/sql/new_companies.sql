-- Companies that the CRM does not have and that we may create there: contacts are linked to them in the same run. Not
-- those that the CRM refused: to them nobody can be linked.
SELECT g.company_id AS entity_id FROM golden_companies g ANTI JOIN company_targets USING (company_id)
WHERE (SELECT company_writes FROM setting) AND g.company_id NOT IN (SELECT entity_id FROM refused_creates)
