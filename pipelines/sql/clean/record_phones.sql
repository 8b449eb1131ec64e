-- Each row's phone numbers in its order, as E.164.
SELECT g.object, g.landing, g.row, list(k.phone ORDER BY g.ord, k.part) FILTER (k.phone IS NOT NULL) AS phones
FROM given_phones g JOIN phone_keys k ON k.raw = g.raw AND k.country = g.country
GROUP BY g.object, g.landing, g.row
