-- Compatible names on one phone that a third name there fits only one of: "J. Doe" may be Jane or John, and so may a
-- holder without a name. Such a pair joins nobody, so what a phone joins is compatible throughout.
WITH pairs AS (
    SELECT key, a, b, compatible FROM phone_pairs UNION ALL SELECT key, b, a, compatible FROM phone_pairs
)
SELECT DISTINCT p.key, p.a, p.b FROM phone_pairs p
JOIN pairs x ON x.a = p.a AND x.b <> p.b
JOIN pairs y ON y.a = p.b AND y.b = x.b
WHERE p.compatible AND x.compatible <> y.compatible
