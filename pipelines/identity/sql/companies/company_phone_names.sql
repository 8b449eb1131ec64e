-- The different names, with their domains, on each phone on which more than one unit stands.
SELECT row_number() OVER () AS class, * FROM (
    SELECT key, domain, name_fold, min(unit) AS unit, arg_min(node, unit) AS node FROM company_phone_holders GROUP BY ALL
)
