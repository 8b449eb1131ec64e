-- Every phone cell as the source gave it, with the country that says how to read a national number.
SELECT 'contacts' AS object, landing, row, coalesce(country, '') AS country,
       generate_subscripts(phones, 1) AS ord, unnest(phones) AS raw
FROM mapped_contacts WHERE len(phones) > 0
UNION ALL
SELECT 'companies', landing, row, coalesce(country, ''), generate_subscripts(phones, 1), unnest(phones)
FROM mapped_companies WHERE len(phones) > 0
