-- Every e-mail cell as the source gave it, in its order within the row, and how many cells its row has.
SELECT 'contacts' AS object, landing, row, len(emails) AS cells, generate_subscripts(emails, 1) AS ord, unnest(emails) AS raw
FROM mapped_contacts WHERE len(emails) > 0
UNION ALL
SELECT 'companies', landing, row, len(emails), generate_subscripts(emails, 1), unnest(emails)
FROM mapped_companies WHERE len(emails) > 0
