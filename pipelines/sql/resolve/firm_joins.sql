-- What a firm key joins: each of its holders with the least of them.
WITH held AS (SELECT * FROM firm_keys ANTI JOIN firm_hubs USING (kind, key)),
     shared AS (SELECT kind, key, min(node) AS node FROM held GROUP BY kind, key HAVING min(node) <> max(node))
SELECT h.node AS a, s.node AS b, h.kind, h.key FROM held h JOIN shared s USING (kind, key) WHERE h.node <> s.node
