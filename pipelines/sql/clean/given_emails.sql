-- Every e-mail cell as the source gave it, in its order within the row.
SELECT 'contacts' AS object, landing, row, generate_subscripts(emails, 1) AS ord, unnest(emails) AS raw
FROM mapped_contacts WHERE len(emails) > 0
UNION ALL
SELECT 'companies', landing, row, generate_subscripts(emails, 1), unnest(emails)
FROM mapped_companies WHERE len(emails) > 0
