-- Which company of the CRM each company is. One that we are linked to and that the CRM cannot show is still that one:
-- people are linked to it, and it is neither made again nor written to.
SELECT company_id, crm_id, false AS unseen FROM company_matches
UNION ALL
SELECT l.entity_id, l.crm_id, true FROM company_links l
SEMI JOIN unreadable u ON u.object = 'companies' AND u.crm_id = l.crm_id
ANTI JOIN company_matches m ON m.company_id = l.entity_id
