-- Pairs of different names on one phone. `agree`: they say that they are one person. `fit`: they may be one, and not
-- both have a firm key of their own.
SELECT a.key, a.class AS a, b.class AS b, a.unit AS unit_a, b.unit AS unit_b, a.node AS node_a, b.node AS node_b,
       names_agree(a.first_fold, a.last_fold, b.first_fold, b.last_fold) AS agree,
       names_fit(a.first_fold, a.last_fold, b.first_fold, b.last_fold, k.a IS NOT NULL) AS names_fit,
       agree OR (names_fit AND NOT (a.anchored AND b.anchored)) AS fit
FROM phone_names a JOIN phone_names b ON a.key = b.key AND a.class < b.class
LEFT JOIN nickname_pairs k ON k.a = split_part(a.first_fold, ' ', 1) AND k.b = split_part(b.first_fold, ' ', 1)
