-- Columns that hold something and that reach the CRM in no field: of the newest landing of each file, which alone are in
-- `unsent_columns`, by its Parquet statistics, so that no row is read. A text that is too long for them is something, too.
WITH filled AS (
    SELECT DISTINCT file_name, column_id FROM landed_columns
    WHERE CASE WHEN stats_max_value IS NULL THEN coalesce(stats_null_count, 0) < num_values ELSE stats_max_value <> '' END
)
SELECT DISTINCT u.source, u.object, u.file, u."column", u.label, u.field, u.reason
FROM unsent_columns u SEMI JOIN filled f ON f.file_name = u.path AND f.column_id = u.place
