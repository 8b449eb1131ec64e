-- What one rule brought together, and what it left out because too many share a key.
SELECT (SELECT rule FROM candidate_rule) AS rule, coalesce(max(size) FILTER (kept), 0) AS largest_block,
       coalesce(sum(size * (size - 1) // 2) FILTER (kept), 0)::BIGINT AS pairs,
       count(*) FILTER (NOT kept) AS blocks_left_out, coalesce(sum(size) FILTER (NOT kept), 0)::BIGINT AS members_left_out
FROM candidate_blocks
