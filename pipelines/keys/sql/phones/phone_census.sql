-- How many texts there are for each plan: a country's for national numbers; by their first digits for those with a plus,
-- or with what most countries dial for it.
SELECT CASE WHEN NOT international THEN country END AS country,
       CASE WHEN international THEN substr(digits, 1, 3) WHEN starts_with(digits, '00') THEN substr(digits, 3, 3)
            WHEN starts_with(digits, '011') THEN substr(digits, 4, 3) END AS head, count(*) AS texts
FROM phone_digits WHERE digits IS NOT NULL GROUP BY ALL
