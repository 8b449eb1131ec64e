-- Every version of a record that says something of its own end, or of records that were merged into it. `counts`: it is the
-- current one.
WITH versions AS (
    SELECT 'contacts' AS object, record_key, source, source_id, fate(tombstone) AS tombstone, merged_into, merged_ids, modified_at, dated, sequence, file, landing, row
    FROM contact_versions WHERE tombstone IS NOT NULL OR len(merged_ids) > 0
    UNION ALL
    SELECT 'companies', record_key, source, source_id, fate(tombstone), merged_into, merged_ids, modified_at, dated, sequence, file, landing, row
    FROM company_versions WHERE record_key IS NOT NULL AND (tombstone IS NOT NULL OR len(merged_ids) > 0)
)
SELECT v.*, before_id(v.record_key, v.source_id) AS before, r.landing IS NULL AS counts
FROM versions v LEFT JOIN replaced r ON r.object = v.object AND r.landing = v.landing AND r.row = v.row
WHERE v.tombstone IS NOT NULL OR len(v.merged_ids) > 0
