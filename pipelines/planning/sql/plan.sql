-- The plan: one row a field change, with what stands there, what would stand there, why, and where it comes from.
WITH everything AS (
    SELECT * FROM changes UNION ALL SELECT * FROM reviews UNION ALL SELECT * FROM logs
), cited AS (
    SELECT DISTINCT record_key FROM everything
), sources AS (
    SELECT record_key, source, file, landing, row FROM records SEMI JOIN cited USING (record_key)
    UNION ALL SELECT record_key, source, file, landing, row FROM company_records SEMI JOIN cited USING (record_key)
    UNION ALL SELECT record_key, source, file, landing, row FROM gone_records SEMI JOIN cited USING (record_key)
)
SELECT row_number() OVER (ORDER BY CASE object WHEN 'companies' THEN 1 WHEN 'contacts' THEN 2 ELSE 3 END,
                                   e.op, e.entity_id, e.field, e.decision, e.proposed, e."current") AS number,
       e.*, s.source, s.file, s.landing, s.row
FROM everything e LEFT JOIN sources s USING (record_key)
ORDER BY number
