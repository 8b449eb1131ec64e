-- Twice as many steps.
SELECT s.record_key, coalesce(n.ahead, s.ahead) AS ahead, least(s.newest, n.newest) AS newest
FROM gone_steps s LEFT JOIN gone_steps n ON n.record_key = s.ahead
