-- What a domain, an e-mail or an earlier link joins: each holder with the least of them.
WITH held AS (
    SELECT node, kind, key FROM company_keys ANTI JOIN company_hubs USING (kind, key)
    UNION ALL
    SELECT node, 'link', entity_id FROM company_links_held
)
SELECT node AS a, min(node) OVER (PARTITION BY kind, key) AS b, kind, key FROM held
