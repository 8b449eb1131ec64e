-- The tags of each person as a list.
SELECT person, list(tag ORDER BY tag) AS tags FROM person_tags GROUP BY person
