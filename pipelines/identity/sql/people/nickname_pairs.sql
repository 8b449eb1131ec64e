-- First names that may be one: a nickname and its formal name, two nicknames of one formal name.
WITH forms AS (SELECT name, formal FROM nicknames UNION SELECT formal, formal FROM nicknames)
SELECT DISTINCT x.name AS a, y.name AS b FROM forms x JOIN forms y USING (formal) WHERE x.name <> y.name
