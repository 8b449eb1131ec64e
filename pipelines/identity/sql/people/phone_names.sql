-- The different names on each phone that is no hub. A name that is not whole may be anybody's: it is one only within
-- its unit where that has a firm key of its own.
SELECT row_number() OVER () AS class, *
FROM (
    SELECT key, first_fold, last_fold, CASE WHEN anchored AND NOT is_whole(first_fold, last_fold) THEN unit END AS alone,
           bool_or(anchored) AS anchored, min(unit) AS unit, arg_min(node, unit) AS node
    FROM phone_holders ANTI JOIN phone_hubs USING (key)
    GROUP BY ALL
)
