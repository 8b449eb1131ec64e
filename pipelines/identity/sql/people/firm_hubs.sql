-- Firm keys that more different people hold than one person has names: a shared mailbox. They join nobody.
WITH many AS (
    SELECT kind, key FROM firm_shared GROUP BY kind, key HAVING count(*) > (SELECT hub_limit FROM setting)
)
SELECT kind, key, people_named(first_fold, last_fold) AS names, count(DISTINCT node) AS holders
FROM firm_shared SEMI JOIN many USING (kind, key) WHERE first_fold || last_fold <> ''
GROUP BY kind, key HAVING names > (SELECT hub_limit FROM setting)
