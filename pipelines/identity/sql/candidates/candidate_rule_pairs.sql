-- The pairs of profiles that one rule brings together.
SELECT a, b FROM (
    SELECT a, unnest(members) AS b FROM (SELECT unnest(members) AS a, members FROM candidate_blocks WHERE kept)
) WHERE a // 8 < b // 8
