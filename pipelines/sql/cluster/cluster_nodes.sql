-- Every name that an edge mentions, with a number to work on.
SELECT name, row_number() OVER (ORDER BY name) AS id FROM (SELECT a AS name FROM edges UNION SELECT b FROM edges)
