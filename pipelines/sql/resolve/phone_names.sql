-- The different names on each phone that more than one holds and that is no hub; a missing name is a name of its own.
SELECT h.key, coalesce(h.first_fold, '') AS first_fold, coalesce(h.last_fold, '') AS last_fold, min(h.node) AS node,
       'phone:' || h.key || '|' || coalesce(h.first_fold, '') || '|' || coalesce(h.last_fold, '') AS class
FROM holders h LEFT JOIN hub_keys u USING (kind, key)
WHERE h.kind = 'phone' AND u.key IS NULL
GROUP BY ALL
