-- Phones that more different people hold than share a line: a switchboard. One without a name counts by its unit; and
-- units with firm keys of their own count whatever they are called, for nobody has so many: "Customer Support" has.
WITH named AS (
    SELECT key, node, unit, anchored, CASE WHEN first_fold || last_fold = '' THEN 'unit ' || unit ELSE first_fold END AS first_fold, last_fold
    FROM phone_holders
)
SELECT 'phone' AS kind, key, greatest(people_named(first_fold, last_fold), count(DISTINCT unit) FILTER (anchored)) AS names,
       count(DISTINCT node) AS holders
FROM named GROUP BY key HAVING names > (SELECT hub_limit FROM setting)
