-- Fitting names on one phone (`name_pairs`) that a third name there fits only one of: "J. Doe" may be Jane or John, and so may a
-- holder without a name. Such a pair joins nobody, so what a phone joins fits throughout. (A third one without a name,
-- not among `named_classes`, says nothing about the other two.)
WITH pairs AS (
    SELECT a, b, names_fit FROM name_pairs UNION ALL SELECT b, a, names_fit FROM name_pairs
)
SELECT DISTINCT p.a, p.b FROM name_pairs p
JOIN pairs x ON x.a = p.a AND x.b <> p.b
JOIN pairs y ON y.a = p.b AND y.b = x.b
JOIN named_classes t ON t.class = x.b
WHERE p.names_fit AND x.names_fit <> y.names_fit
UNION
SELECT a, b FROM name_pairs WHERE names_fit AND (a IN (SELECT class FROM torn_names) OR b IN (SELECT class FROM torn_names))
