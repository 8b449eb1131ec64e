-- Rows that a newer version of their record replaces: newer by its own change time, else by its file's date; then the one
-- that landed last, then the last row. `by_landing` holds the newest one. Only records with several rows are put in order.
WITH versions AS (
    SELECT 'contacts' AS object, record_key, landing, row, coalesce(modified_at, dated) AS changed, dated, sequence FROM contact_versions
    UNION ALL
    SELECT 'companies', record_key, landing, row, coalesce(modified_at, dated), dated, sequence FROM company_versions
    WHERE record_key IS NOT NULL
), several AS (
    SELECT record_key FROM versions GROUP BY record_key HAVING count(*) > 1
)
SELECT object, landing, row, first_value(landing) OVER versions AS by_landing FROM versions SEMI JOIN several USING (record_key)
WINDOW versions AS (PARTITION BY record_key ORDER BY changed DESC, dated DESC, sequence DESC, landing DESC, row DESC)
QUALIFY row_number() OVER versions > 1
