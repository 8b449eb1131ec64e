-- How often two records of one person (`same`) and of two people (`other`) compare so, and what that weighs in bits:
-- log2(same / other). What is expected counts like 100 pairs of one person and 1,000 of two. E-mail and workplace of one
-- person are not learnt: the pairs to learn from are those that an e-mail joined.
WITH counted AS (
    SELECT field, level, sum(times) FILTER (here = 'same' AND field NOT IN ('work', 'local')) AS same, sum(times) FILTER (here = 'other') AS other
    FROM (SELECT 'same' AS here, times, unnest([{'field': 'first', 'level': first}, {'field': 'last', 'level': last},
              {'field': 'birthday', 'level': birthday}, {'field': 'city', 'level': city}, {'field': 'work', 'level': work},
              {'field': 'local', 'level': local}], recursive := true) FROM candidate_same
          UNION ALL
          SELECT 'other', times, unnest([{'field': 'first', 'level': first}, {'field': 'last', 'level': last},
              {'field': 'birthday', 'level': birthday}, {'field': 'city', 'level': city}, {'field': 'work', 'level': work},
              {'field': 'local', 'level': local}], recursive := true) FROM candidate_random)
    WHERE level IS NOT NULL GROUP BY field, level
), shares AS (
    SELECT field, level, 1 / e.other AS strangers,
           (coalesce(c.same, 0) + 100 * e.same)::DOUBLE / (coalesce(sum(c.same) OVER (PARTITION BY field), 0) + 100) AS same,
           (coalesce(c.other, 0) + 1000 * e.other)::DOUBLE / (coalesce(sum(c.other) OVER (PARTITION BY field), 0) + 1000) AS other
    FROM candidate_expected e LEFT JOIN counted c USING (field, level)
)
SELECT field, level, same, other, log2(same / other) AS weight, strangers FROM shares
