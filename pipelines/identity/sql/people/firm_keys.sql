-- The keys that join for certain, and who holds them: e-mails, and what else the settings name.
SELECT node, 'email' AS kind, joining_key('email', key) AS key
FROM (SELECT node, unnest(emails) AS key FROM nodes)
UNION ALL
SELECT node, 'linkedin_url', profile(linkedin_url) FROM nodes
WHERE (SELECT list_contains(keys, 'linkedin_url') FROM setting) AND profile(linkedin_url) IS NOT NULL
UNION ALL
SELECT node, 'external_ids', shared_id(given) FROM (SELECT node, unnest(external_ids) AS given FROM nodes)
WHERE (SELECT list_contains(keys, 'external_ids') FROM setting) AND shared_id(given) IS NOT NULL
