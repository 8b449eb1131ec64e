-- Records that their source has deleted, archived, merged or converted, each with the last record that it leads to, and
-- with every key that its versions held: by them people ask for it. `landed`: it was read as a row of its own; `stood`: one of
-- its versions bears no tombstone.
WITH versions AS (
    SELECT record_key, emails, role_emails, phones, tombstone FROM contact_versions SEMI JOIN gone_leads USING (record_key)
    UNION ALL SELECT record_key, [], [], [], tombstone FROM company_versions SEMI JOIN gone_leads USING (record_key)
), keys AS (
    SELECT record_key, list_sort(list_distinct(flatten(list(list_concat(emails, role_emails))))) AS emails, list_sort(list_distinct(flatten(list(phones)))) AS phones,
           bool_or(fate(tombstone) IS NULL) AS stood
    FROM versions GROUP BY record_key
)
SELECT l.object, record_key, l.source, l.source_id, l.tombstone, s.ahead AS merged_into, l.since, l.file, l.landing, l.row, l.landed, coalesce(k.stood, false) AS stood,
       coalesce(k.emails, []) AS emails, coalesce(k.phones, []) AS phones
FROM gone_leads l LEFT JOIN gone_steps s USING (record_key) LEFT JOIN keys k USING (record_key)
