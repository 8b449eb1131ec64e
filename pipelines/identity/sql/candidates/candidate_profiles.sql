-- The different things said of each person, numbered eight to a person (`id // 8` is the person's number): someone who
-- stands in a hundred files is compared by eight of their rows. `records` is how many say just that. `spelled`: the
-- e-mail spells the name and nothing more.
WITH once AS (
    SELECT entity, min(node) AS node, count(*) AS records, first, last, birthday, city, company, local, host, work_domain
    FROM candidate_spelled GROUP BY ALL
), kept AS (
    SELECT e.id AS entity, row_number() OVER (PARTITION BY e.id ORDER BY o.node, o.local, o.host) - 1 AS place, o.* EXCLUDE (entity)
    FROM once o JOIN candidate_entities e USING (entity)
)
SELECT entity * 8 + place AS id, * EXCLUDE (place),
       coalesce(regexp_replace(local, '[^a-z0-9]+', '', 'g') IN (
           first || last, last || first, first, last, substr(first, 1, 1) || last, first || substr(last, 1, 1), last || substr(first, 1, 1)), false) AS spelled
FROM kept WHERE place < 8
