-- Phones that more different people hold than share a line: a switchboard. One without a name counts by its unit.
SELECT 'phone' AS kind, key, count(DISTINCT CASE WHEN first_fold || last_fold = '' THEN 'unit ' || unit ELSE first_fold || ' ' || last_fold END) AS names,
       count(DISTINCT node) AS holders
FROM phone_holders GROUP BY key HAVING names > (SELECT hub_limit FROM setting)
