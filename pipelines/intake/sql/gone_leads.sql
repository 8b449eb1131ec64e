-- Records that do not stand any more: their current version bears a tombstone, or another record names them as merged into
-- it. `next` is the record that each was merged or converted into. A merge is final unless the merged record itself
-- changed later and stands; what names others and is gone itself has not parted from them by that. `newness` numbers the
-- records, the one that changed last first.
WITH tombstones AS (
    SELECT *, CASE WHEN merged_into <> source_id THEN before || merged_into END AS next FROM said_fates WHERE counts AND tombstone IS NOT NULL
), named AS (
    SELECT s.object, s.before || s.merged AS record_key, s.record_key AS next, any_value(s.source) AS source, any_value(s.merged) AS source_id,
           min(s.modified_at) AS changed, min(coalesce(s.modified_at, s.dated)) AS since, t.record_key IS NOT NULL AS by_gone,
           unnest(arg_min({'file': s.file, 'landing': s.landing, 'row': s.row}, {'since': coalesce(s.modified_at, s.dated), 'sequence': s.sequence, 'row': s.row}))
    FROM (SELECT *, unnest(merged_ids) AS merged FROM said_fates WHERE before IS NOT NULL) s LEFT JOIN tombstones t ON t.record_key = s.record_key
    WHERE s.merged <> s.source_id
    GROUP BY s.object, s.before || s.merged, s.record_key, t.record_key HAVING bool_or(s.counts) OR t.record_key IS NOT NULL
), concerned AS (
    SELECT record_key FROM named UNION SELECT record_key FROM tombstones
), versions AS (
    SELECT 'contacts' AS object, record_key, modified_at, dated, sequence, landing, row FROM contact_versions SEMI JOIN concerned USING (record_key)
    UNION ALL SELECT 'companies', record_key, modified_at, dated, sequence, landing, row FROM company_versions SEMI JOIN concerned USING (record_key)
), own AS (
    SELECT v.* FROM versions v ANTI JOIN replaced r ON r.object = v.object AND r.landing = v.landing AND r.row = v.row
), final AS (
    SELECT n.* FROM named n LEFT JOIN own o USING (record_key) LEFT JOIN tombstones t ON t.record_key = n.record_key
    WHERE t.record_key IS NOT NULL OR NOT coalesce(o.modified_at > n.changed, false)
    QUALIFY row_number() OVER (PARTITION BY n.record_key ORDER BY n.by_gone, n.since DESC, n.next) = 1
), leads AS (
    SELECT coalesce(t.object, n.object) AS object, record_key, coalesce(t.source, n.source) AS source, coalesce(t.source_id, n.source_id) AS source_id,
           CASE WHEN coalesce(t.next, n.next) IS NOT NULL AND coalesce(t.tombstone, 'merged') <> 'converted' THEN 'merged' ELSE t.tombstone END AS tombstone,
           coalesce(t.next, n.next) AS next, coalesce(t.modified_at, t.dated, n.since) AS since,
           coalesce(t.file, n.file) AS file, coalesce(t.landing, n.landing) AS landing, coalesce(t.row, n.row) AS row
    FROM tombstones t FULL JOIN final n USING (record_key)
)
SELECT l.*, o.record_key IS NOT NULL AS landed,
       row_number() OVER (ORDER BY o.modified_at DESC NULLS LAST, o.dated DESC NULLS LAST, o.sequence DESC NULLS LAST, o.row DESC NULLS LAST, record_key) AS newness
FROM leads l LEFT JOIN own o USING (record_key)
