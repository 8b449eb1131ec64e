-- Firm keys that more different people hold than one person has names: a shared mailbox. They join nobody.
WITH many AS (
    SELECT kind, key FROM firm_keys GROUP BY kind, key HAVING count(*) > (SELECT hub_limit FROM setting)
), held AS (
    SELECT kind, key, node, first_fold, last_fold FROM firm_keys JOIN many USING (kind, key) JOIN nodes USING (node)
)
SELECT kind, key, people_named(first_fold, last_fold) AS names, count(DISTINCT node) AS holders
FROM held WHERE first_fold || last_fold <> ''
GROUP BY kind, key HAVING names > (SELECT hub_limit FROM setting)
