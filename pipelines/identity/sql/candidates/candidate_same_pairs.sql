-- Pairs of records that one e-mail joined, of 50,000 people or so: how often do two records of one person agree?
-- Records that say just the same are one profile; they count by their number.
WITH size AS (SELECT 1 + count(*) // 50000 AS stride FROM candidate_entities),
drawn AS (SELECT p.* FROM candidate_profiles p CROSS JOIN size s WHERE p.entity % s.stride = 0 AND p.local IS NOT NULL)
SELECT x.id AS a, y.id AS b, CASE WHEN x.id = y.id THEN x.records * (x.records - 1) // 2 ELSE x.records * y.records END AS times
FROM drawn x JOIN drawn y ON x.entity = y.entity AND x.id <= y.id AND x.local = y.local AND x.host = y.host
WHERE x.id < y.id OR x.records > 1
