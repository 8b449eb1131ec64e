-- Pairs of people by chance, each by one profile, 200,000 pairs or so: how often do two different people agree?
WITH size AS (
    SELECT count(*) AS people, greatest(1, 200000 // greatest(1, count(*))) AS rounds, 1 + count(*) // 200000 AS stride
    FROM candidate_entities
), drawn AS (
    SELECT e.id AS a, 1 + (e.id + 7919 * k.round) % s.people AS b
    FROM candidate_entities e CROSS JOIN size s JOIN (SELECT unnest(range(1, 201)) AS round) k ON k.round <= s.rounds
    WHERE e.id % s.stride = 0
)
SELECT a * 8 AS a, b * 8 AS b, 1 AS times FROM drawn WHERE a <> b
