-- Rows that another row of their record replaces; `by_landing` holds the one that counts. Within a file what stands there now
-- is newer than what stood there before, unless both say themselves when they changed: a date of a file and a change time
-- cannot be compared there. Of several files the one counts whose row changed last by its own word, or took the place of
-- one that did; rows without any such word come after those that have one, in the order of their files' dates: anybody
-- may copy an old file today. Then the one that landed last counts, then the last row. Only records with several rows are put in order.
WITH versions AS (
    SELECT 'contacts' AS object, record_key, source, series AS file, landing, row, modified_at, dated, sequence FROM contact_versions
    UNION ALL
    SELECT 'companies', record_key, source, series, landing, row, modified_at, dated, sequence FROM company_versions
    WHERE record_key IS NOT NULL
), several AS (
    SELECT record_key FROM versions GROUP BY record_key HAVING count(*) > 1
), undated AS (
    SELECT *, max(modified_at) OVER before AS modified_before,
           CASE WHEN modified_at IS NULL THEN greatest(dated, max(modified_at) OVER before) END AS undated
    FROM versions SEMI JOIN several USING (record_key)
    WINDOW before AS (PARTITION BY record_key, source, file ORDER BY sequence RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), dated AS (
    SELECT *, coalesce(undated, greatest(modified_at, max(undated) OVER before)) AS changed FROM undated
    WINDOW before AS (PARTITION BY record_key, source, file ORDER BY sequence RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY record_key, source, file ORDER BY changed DESC, dated DESC, sequence DESC, landing DESC, row DESC) AS place
    FROM dated
)
SELECT object, landing, row, first_value(landing) OVER versions AS by_landing FROM placed
WINDOW versions AS (PARTITION BY record_key ORDER BY place, coalesce(modified_at, modified_before) DESC NULLS LAST, modified_at IS NULL,
                    dated DESC, sequence DESC, landing DESC, row DESC)
QUALIFY row_number() OVER versions > 1
