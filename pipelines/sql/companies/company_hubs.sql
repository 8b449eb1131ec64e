-- E-mails and phones that more different names hold than one company has: an agency's, a switchboard's.
WITH held AS (
    SELECT 'email' AS kind, node, key FROM company_keys WHERE kind = 'email'
    UNION ALL
    SELECT 'phone', node, unnest(phones) FROM company_nodes
)
SELECT kind, key, count(DISTINCT name_fold) AS names FROM held JOIN company_nodes USING (node)
GROUP BY kind, key HAVING count(DISTINCT name_fold) > (SELECT hub_limit FROM setting)
