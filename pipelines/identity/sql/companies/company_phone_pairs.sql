-- Pairs of units on one phone: may they be one company? Not where each has a domain of its own.
SELECT a.key, a.class AS a, b.class AS b, a.unit AS unit_a, b.unit AS unit_b, a.node AS node_a, b.node AS node_b,
       company_names_fit(a.name_fold, b.name_fold) AS names_fit,
       names_fit AND (a.domain IS NULL OR b.domain IS NULL OR a.domain = b.domain) AS fit
FROM company_phone_names a JOIN company_phone_names b ON a.key = b.key AND a.class < b.class
