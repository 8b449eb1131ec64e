-- The firm keys that more than one node holds.
WITH several AS (
    SELECT kind, key FROM firm_keys GROUP BY kind, key HAVING min(node) <> max(node)
)
SELECT k.node, k.kind, k.key, n.first_fold, n.last_fold FROM firm_keys k SEMI JOIN several USING (kind, key) JOIN nodes n USING (node)
