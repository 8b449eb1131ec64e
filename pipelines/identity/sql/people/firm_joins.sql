-- What a firm key joins: each of its holders with the least of them; on a household's e-mail, of those with its first
-- name.
WITH held AS (
    SELECT s.node, s.kind, s.key, CASE WHEN h.key IS NULL THEN '' ELSE s.first_fold END AS first
    FROM firm_shared s ANTI JOIN firm_hubs u ON u.kind = s.kind AND u.key = s.key
    ANTI JOIN moved_keys m ON m.node = s.node AND m.kind = s.kind AND m.key = s.key
    LEFT JOIN households h ON h.kind = s.kind AND h.key = s.key
), shared AS (
    SELECT kind, key, first, min(node) AS node FROM held GROUP BY kind, key, first HAVING min(node) <> max(node)
)
SELECT h.node AS a, s.node AS b, h.kind, h.key FROM held h JOIN shared s USING (kind, key, first) WHERE h.node <> s.node
