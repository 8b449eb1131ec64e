-- Firm keys that more different names hold than one person has: a shared mailbox. They join nobody.
WITH many AS (
    SELECT kind, key FROM firm_keys GROUP BY kind, key HAVING count(*) > (SELECT hub_limit FROM setting)
)
SELECT kind, key, count(DISTINCT first_fold || ' ' || last_fold) FILTER (first_fold || last_fold <> '') AS names, count(DISTINCT node) AS holders
FROM firm_keys JOIN many USING (kind, key) JOIN nodes USING (node)
GROUP BY kind, key
HAVING count(DISTINCT first_fold || ' ' || last_fold) FILTER (first_fold || last_fold <> '') > (SELECT hub_limit FROM setting)
