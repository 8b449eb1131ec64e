-- Every tag of each person, once, however it is spelled, as the best record spells it that bears it; all of them, or what
-- the first record to be believed says, as the field's rule is.
WITH borne AS (
    SELECT s.person, s.node, place_by(v.tags, v.tags_sources, s.source_order, s.place, a.place, f.place) AS place, v.tags AS rule, r.tags
    FROM by_source s JOIN records r ON r.file_row_number = s.node
    LEFT JOIN by_age a USING (node) LEFT JOIN by_fullness f USING (node) CROSS JOIN survivorship v
    WHERE len(r.tags) > 0
), heard AS (
    SELECT * FROM borne QUALIFY rule = 'union' OR place = min(place) OVER (PARTITION BY person)
)
SELECT person, best.tag, best.node
FROM (SELECT person, min({'place': place, 'tag': tag, 'node': node}) AS best FROM (SELECT person, place, node, unnest(tags) AS tag FROM heard) GROUP BY person, lower(trim(tag)))
