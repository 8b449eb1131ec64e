-- Keys that two records of one person held and that at least one of them holds no more.
WITH versions AS (
    SELECT person_id, record_key, true AS current, emails, phones FROM asked JOIN clusters USING (person_id) JOIN records USING (record_key)
    UNION ALL
    SELECT person_id, record_key, false, emails, phones FROM asked JOIN clusters USING (person_id) JOIN former_versions USING (record_key)
), held AS (
    SELECT person_id, record_key, current, 'email' AS kind, unnest(emails) AS key FROM versions
    UNION ALL
    SELECT person_id, record_key, current, 'phone', unnest(phones) FROM versions
)
SELECT person_id, kind, key, count(DISTINCT record_key) AS records FROM held
GROUP BY person_id, kind, key HAVING records > 1 AND count(DISTINCT record_key) FILTER (current) < records
