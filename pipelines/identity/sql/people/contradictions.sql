-- What phones must not make one person, by what fits (`wide`) and by whole names alone (`agreed`): units of which two
-- have names that do not fit, though each fits one between them; two that have firm keys of their own and no whole
-- name in common; two contacts of the CRM, of which a human has to say which is right. More units of several names
-- than 50 are not looked at pair by pair: nobody has so many.
WITH levelled AS (
    SELECT 'wide' AS level, wide AS component, unit, first_fold, last_fold, in_crm, anchored FROM unit_names
    UNION ALL
    SELECT 'agreed', agreed, unit, first_fold, last_fold, in_crm, anchored FROM unit_names
), judged AS (
    SELECT level, component, count(DISTINCT unit) AS units, count(DISTINCT unit) FILTER (in_crm) AS crm_units,
           count(DISTINCT first_fold || '|' || last_fold) > 1 OR bool_or(NOT is_whole(first_fold, last_fold)) AS mixed
    FROM levelled GROUP BY ALL HAVING units > 1
), named AS (
    SELECT DISTINCT level, component, unit, first_fold, last_fold, anchored
    FROM levelled JOIN judged USING (level, component) WHERE mixed AND units <= 50 AND crm_units < 2
), clashes AS (
    SELECT x.level, x.component FROM named x JOIN named y ON x.level = y.level AND x.component = y.component AND x.unit < y.unit
    LEFT JOIN nickname_pairs k ON k.a = split_part(x.first_fold, ' ', 1) AND k.b = split_part(y.first_fold, ' ', 1)
    GROUP BY x.level, x.component, x.unit, y.unit
    HAVING NOT bool_or(names_fit(x.first_fold, x.last_fold, y.first_fold, y.last_fold, k.a IS NOT NULL))
        OR (bool_and(x.anchored AND y.anchored)
            AND NOT bool_or(names_agree(x.first_fold, x.last_fold, y.first_fold, y.last_fold)))
)
SELECT level, component, bool_or(crowded) AS crowded FROM (
    SELECT level, component, crm_units > 1 AS crowded FROM judged WHERE crm_units > 1 OR (mixed AND units > 50)
    UNION ALL SELECT level, component, false FROM clashes
) GROUP BY level, component
