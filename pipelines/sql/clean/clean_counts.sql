-- What became of every row that was read: read = rejected + replaced by a newer version + unmatched + records.
SELECT 1 AS place, 'rows_read' AS name, (SELECT count(*) FROM mapped_rows) + (SELECT count(*) FROM rejected_rows) AS rows
UNION ALL SELECT 2, 'rows_rejected', (SELECT count(*) FROM rejected_rows)
UNION ALL SELECT 3, 'values_rejected', (SELECT count(*) FROM rejected_values)
UNION ALL SELECT 4, 'rows_replaced', (SELECT count(*) FROM contact_versions) - (SELECT count(*) FROM contact_records)
    + (SELECT count(*) FROM company_versions WHERE record_key IS NOT NULL) - (SELECT count(*) FROM company_records)
UNION ALL SELECT 5, 'unmatched', (SELECT count(*) FROM unmatched)
UNION ALL SELECT 6, 'contact_records', (SELECT count(*) FROM records)
UNION ALL SELECT 7, 'company_records', (SELECT count(*) FROM company_records)
