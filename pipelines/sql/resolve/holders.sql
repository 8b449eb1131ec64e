-- Who holds which key: records of the sources and contacts of the CRM.
SELECT record_key AS node, 'email' AS kind, unnest(emails) AS key, first_fold, last_fold FROM records
UNION ALL
SELECT record_key, 'phone', unnest(phones), first_fold, last_fold FROM records
UNION ALL
SELECT node, kind, key, first_fold, last_fold FROM current_holders
