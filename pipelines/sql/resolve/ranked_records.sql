-- Each person's records, the one to believe first: by the order of the sources in the settings, then those that their
-- file still has, then the newest (its own change time, else the day of its file), then the one that says most.
SELECT c.person_id, r.*, row_number() OVER (
           PARTITION BY c.person_id
           ORDER BY r.source_order, r.superseded, date_trunc('day', coalesce(r.modified_at, r.dated)) DESC, r.modified_at DESC NULLS LAST,
                    (r.first_name IS NOT NULL)::INT + (r.last_name IS NOT NULL)::INT + (r.title IS NOT NULL)::INT
                    + (r.company_name IS NOT NULL)::INT + len(r.emails) + len(r.phones) DESC, r.record_key) AS rank
FROM clusters c JOIN records r USING (record_key)
