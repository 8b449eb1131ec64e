-- What became of every row that was read: read = rejected + replaced by a newer version + gone + unmatched + records; and,
-- without what a newer landing of the same file has put right, what is set aside now.
SELECT 1 AS place, 'rows_read' AS name, (SELECT count(*) FROM mapped_rows) + (SELECT count(*) FROM rejected_rows) AS rows
UNION ALL SELECT 2, 'rows_rejected', (SELECT count(*) FROM rejected_rows)
UNION ALL SELECT 3, 'values_rejected', (SELECT count(*) FROM rejected_values)
UNION ALL SELECT 4, 'rows_replaced', (SELECT count(*) FROM replaced)
UNION ALL SELECT 5, 'unmatched', (SELECT count(*) FROM unmatched)
UNION ALL SELECT 6, 'contact_records', (SELECT count(*) FROM records)
UNION ALL SELECT 7, 'company_records', (SELECT count(*) FROM company_records)
UNION ALL SELECT 8, 'rows_set_aside', (SELECT count(*) FROM rejected_rows WHERE NOT superseded)
UNION ALL SELECT 9, 'values_set_aside', (SELECT count(*) FROM rejected_values WHERE NOT superseded)
UNION ALL SELECT 10, 'unmatched_now', (SELECT count(*) FROM unmatched WHERE NOT superseded)
UNION ALL SELECT 11, 'values_flagged', (SELECT count(*) FROM flagged_values WHERE NOT superseded)
UNION ALL SELECT 12, 'columns_not_sent', (SELECT count(*) FROM (SELECT DISTINCT source, object, "column" FROM not_sent))
UNION ALL SELECT 13, 'rows_gone', (SELECT count(*) FROM gone_records WHERE landed)
