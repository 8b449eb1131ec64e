-- The texts that the library reads, numbered; those of one region stand together, since it prepares for each region.
SELECT row_number() OVER (ORDER BY region, text, country) AS n, text, country, region
FROM phone_places WHERE outcome = 'unsure'
