-- Of each circle of records that lead to one another, the newest: it stands. Whoever leads on after as many steps as there are
-- records leads into a circle, and has come to one of its records by then.
WITH around AS (
    SELECT DISTINCT s.ahead AS record_key FROM gone_steps s SEMI JOIN gone_steps n ON n.record_key = s.ahead
)
SELECT l.record_key FROM gone_leads l SEMI JOIN around USING (record_key) JOIN gone_steps s USING (record_key) WHERE l.newness = s.newest
