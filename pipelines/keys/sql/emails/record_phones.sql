-- Each row's phone numbers in its order, as E.164.
WITH several AS (
    SELECT DISTINCT raw, country FROM phone_keys WHERE part > 1
), placed AS (
    SELECT g.object, g.landing, g.row, g.ord, k.part, k.phone, g.cells = 1 AND s.raw IS NULL AS alone
    FROM given_phones g JOIN phone_keys k ON k.raw = g.raw AND k.country = g.country
    LEFT JOIN several s ON s.raw = g.raw AND s.country = g.country
    WHERE k.phone IS NOT NULL
)
SELECT object, landing, row, [phone] AS phones FROM placed WHERE alone
UNION ALL
SELECT object, landing, row, list(phone ORDER BY ord, part) FROM placed WHERE NOT alone GROUP BY object, landing, row
