-- What firm keys and links join.
SELECT a, b FROM firm_joins UNION ALL SELECT a, b FROM link_joins
