-- The pairs of profiles to compare: those of two people that any rule brings together.
SELECT DISTINCT a, b, 1 AS times FROM candidate_met
