-- Keys that more different names hold than one person has: a switchboard, a shared mailbox. They join nobody.
SELECT kind, key, count(DISTINCT concat_ws(' ', first_fold, last_fold)) AS names, count(DISTINCT node) AS holders
FROM holders WHERE first_fold IS NOT NULL OR last_fold IS NOT NULL
GROUP BY kind, key
HAVING count(DISTINCT concat_ws(' ', first_fold, last_fold)) > (SELECT hub_limit FROM setting)
