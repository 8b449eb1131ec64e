-- What a firm key joins: each of its holders with the least of them; on a household's e-mail, of those with its first
-- name.
WITH held AS (
    SELECT k.node, k.kind, k.key, '' AS first FROM firm_keys k ANTI JOIN firm_hubs USING (kind, key) ANTI JOIN households USING (kind, key)
    UNION ALL
    SELECT k.node, k.kind, k.key, n.first_fold FROM firm_keys k SEMI JOIN households USING (kind, key) JOIN nodes n USING (node)
), shared AS (
    SELECT kind, key, first, min(node) AS node FROM held GROUP BY kind, key, first HAVING min(node) <> max(node)
)
SELECT h.node AS a, s.node AS b, h.kind, h.key FROM held h JOIN shared s USING (kind, key, first) WHERE h.node <> s.node
