-- How many profiles have each value of each field. A name counts as first and as last name: where the two are swapped,
-- a common one looks rare.
SELECT 'name' AS field, name AS value, count(*) AS profiles
FROM (SELECT first AS name FROM candidate_profiles UNION ALL SELECT last FROM candidate_profiles) GROUP BY name
UNION ALL SELECT 'birthday', birthday, count(*) FROM candidate_profiles GROUP BY birthday
UNION ALL SELECT 'city', city, count(*) FROM candidate_profiles GROUP BY city
UNION ALL SELECT 'company', company, count(*) FROM candidate_profiles GROUP BY company
UNION ALL SELECT 'local', local, count(*) FROM candidate_profiles GROUP BY local
UNION ALL SELECT 'host', host, count(*) FROM candidate_profiles GROUP BY host
