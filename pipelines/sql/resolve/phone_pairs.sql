-- Pairs of different names on one phone: may they be one person? The same or a missing part is compatible, and so are
-- an initial, a middle name more, and first and last name swapped.
SELECT a.key, a.class AS a, b.class AS b, a.node AS node_a, b.node AS node_b,
       ((a.last_fold = b.last_fold OR a.last_fold = '' OR b.last_fold = '')
        AND (a.first_fold = b.first_fold OR a.first_fold = '' OR b.first_fold = ''
             OR starts_with(a.first_fold, b.first_fold || ' ') OR starts_with(b.first_fold, a.first_fold || ' ')
             OR (length(a.first_fold) = 1 AND starts_with(b.first_fold, a.first_fold))
             OR (length(b.first_fold) = 1 AND starts_with(a.first_fold, b.first_fold))))
       OR (a.first_fold = b.last_fold AND a.last_fold = b.first_fold) AS compatible
FROM phone_names a JOIN phone_names b ON a.key = b.key AND a.class < b.class
