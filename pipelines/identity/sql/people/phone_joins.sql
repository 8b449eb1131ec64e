-- What a shared phone joins, and how surely: `agree` is a whole name that is the same, the rest merely fits.
SELECT DISTINCT h.unit AS a, n.unit AS b, h.node AS node_a, n.node AS node_b, h.key, is_whole(h.first_fold, h.last_fold) AS agree
FROM phone_holders h JOIN phone_names n
  ON n.key = h.key AND n.first_fold = h.first_fold AND n.last_fold = h.last_fold
 AND n.alone IS NOT DISTINCT FROM CASE WHEN h.anchored AND NOT is_whole(h.first_fold, h.last_fold) THEN h.unit END
WHERE h.unit <> n.unit AND (is_whole(h.first_fold, h.last_fold) OR n.class NOT IN (SELECT class FROM torn_names))
UNION ALL
SELECT unit_a, unit_b, node_a, node_b, key, agree FROM phone_pairs ANTI JOIN disputed_pairs USING (a, b) WHERE fit
