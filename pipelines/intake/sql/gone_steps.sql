-- Where each record that is gone leads to, after one step; `newest` is the newness of the newest record on the way.
SELECT record_key, next AS ahead, newness AS newest FROM gone_leads WHERE next IS NOT NULL
