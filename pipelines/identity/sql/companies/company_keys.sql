-- What makes companies one for certain, and who holds it: the domain, an e-mail.
SELECT node, 'domain' AS kind, domain AS key FROM company_nodes WHERE domain IS NOT NULL
UNION ALL
SELECT node, 'email', unnest(emails) FROM company_nodes
