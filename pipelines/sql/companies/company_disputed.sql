-- Fitting names on one phone that a third one there fits only one of: such a pair joins nothing.
WITH pairs AS (
    SELECT a, b, names_fit FROM company_phone_pairs UNION ALL SELECT b, a, names_fit FROM company_phone_pairs
)
SELECT DISTINCT p.a, p.b FROM company_phone_pairs p
JOIN pairs x ON x.a = p.a AND x.b <> p.b
JOIN pairs y ON y.a = p.b AND y.b = x.b
JOIN company_phone_names t ON t.class = x.b AND t.name_fold <> ''
WHERE p.names_fit AND x.names_fit <> y.names_fit
