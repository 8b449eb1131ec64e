-- Every phone cell as the source gave it, with the country that says how to read a national number, and how many cells
-- its row has. Address books wrap numbers in marks that nobody sees: `raw` is the cell without them.
WITH given AS (
SELECT 'contacts' AS object, landing, row, len(phones) AS cells, coalesce(country, '') AS country,
       generate_subscripts(phones, 1) AS ord, unnest(phones) AS given
FROM mapped_contacts WHERE len(phones) > 0
UNION ALL
SELECT 'companies', landing, row, len(phones), coalesce(country, ''), generate_subscripts(phones, 1), unnest(phones)
FROM mapped_companies WHERE len(phones) > 0
)
SELECT * FROM (SELECT *, visible(given) AS raw FROM given) WHERE raw IS NOT NULL
