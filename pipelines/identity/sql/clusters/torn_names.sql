-- Names on one phone (`name_pairs`) that fit two others which do not fit each other: "J. Doe" beside Jane and John, and a row without
-- a name beside them. Whose they are cannot be told, so they join nothing, not even each other.
WITH pairs AS (
    SELECT a, b, names_fit FROM name_pairs UNION ALL SELECT b, a, names_fit FROM name_pairs
)
SELECT DISTINCT x.a AS class FROM pairs x
JOIN pairs y ON y.a = x.a AND y.b > x.b AND y.names_fit
JOIN pairs z ON z.a = x.b AND z.b = y.b AND NOT z.names_fit
WHERE x.names_fit
