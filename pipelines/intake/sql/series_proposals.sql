-- Files that look like one that lands anew under other names: one header, and most of the keys of the smaller one in common. A
-- key is what identifies a row anywhere, such as its e-mail; an id only where a row has nothing else.
WITH files AS (
    SELECT landing FROM file_pairs UNION SELECT newer_landing FROM file_pairs
), keys AS (
    SELECT landing, coalesce(emails[1], phones[1], role_emails[1], source_id) AS key FROM contact_versions SEMI JOIN files USING (landing)
    UNION ALL SELECT landing, coalesce(domain, name_fold, source_id) FROM company_versions SEMI JOIN files USING (landing)
), paired AS (
    SELECT DISTINCT landing, key FROM keys WHERE key IS NOT NULL
), sizes AS (
    SELECT landing, count(*) AS keys FROM paired GROUP BY landing
), common AS (
    SELECT p.landing, p.newer_landing, count(*) AS in_common
    FROM file_pairs p JOIN paired a ON a.landing = p.landing JOIN paired b ON b.landing = p.newer_landing AND b.key = a.key
    GROUP BY p.landing, p.newer_landing
)
SELECT p.source, p.object, p.series, p.file, p.newer_file, least(a.keys, b.keys) AS keys, c.in_common
FROM file_pairs p JOIN common c ON c.landing = p.landing AND c.newer_landing = p.newer_landing
JOIN sizes a ON a.landing = p.landing JOIN sizes b ON b.landing = p.newer_landing
WHERE c.in_common * 2 > least(a.keys, b.keys)
