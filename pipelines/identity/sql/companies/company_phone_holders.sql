-- The holders of each phone, hubs left out, on which more than one unit stands.
WITH held AS (
    SELECT n.node, u.unit, u.domain, n.key, coalesce(n.name_fold, '') AS name_fold
    FROM (SELECT node, name_fold, unnest(phones) AS key FROM company_nodes) n JOIN company_units u USING (node)
    WHERE n.key NOT IN (SELECT key FROM company_hubs WHERE kind = 'phone')
), shared AS (
    SELECT key FROM held GROUP BY key HAVING min(unit) <> max(unit)
)
SELECT held.* FROM held SEMI JOIN shared USING (key)
