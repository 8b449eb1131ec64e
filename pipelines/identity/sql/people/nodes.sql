-- Everything that may be a person, with a number to work on: the records of the sources by their place in their table,
-- then the contacts of the CRM by theirs.
SELECT file_row_number AS node, record_key AS name, coalesce(first_fold, '') AS first_fold, coalesce(last_fold, '') AS last_fold,
       emails, phones, linkedin_url, external_ids
FROM records
UNION ALL
SELECT (SELECT count(*) FROM records) + file_row_number, 'crm:' || crm_id, coalesce(folded(first_name), ''), coalesce(folded(last_name), ''),
       emails, phones, json_extract_string(properties, '$.linkedin_url'), try_cast(json_extract(properties, '$.external_ids') AS VARCHAR[])
FROM current_contacts
