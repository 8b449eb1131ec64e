-- What a phone says of rows that a link has made one already: each with the first of its name on the phone, and the first
-- ones of names that fit. A link outlives the keys that made it; while they are there, they are told. Rows that firm keys
-- join are not asked.
WITH parts AS (
    SELECT u.node, u.unit, coalesce(c.component, u.node) AS part FROM units u LEFT JOIN key_components c USING (node)
), linked AS (
    SELECT unit FROM parts GROUP BY unit HAVING min(part) <> max(part)
), held AS (
    SELECT p.node, p.unit, p.part, unnest(n.phones) AS key, n.first_fold, n.last_fold
    FROM (FROM parts SEMI JOIN linked USING (unit)) p JOIN nodes n USING (node)
), named AS (
    SELECT unit, key, first_fold, last_fold, min(node) AS node, arg_min(part, node) AS part FROM held ANTI JOIN phone_hubs USING (key) GROUP BY ALL
), pairs AS (
    SELECT h.node AS a, n.node AS b, h.key, h.part AS part_a, n.part AS part_b, h.first_fold AS first_a, h.last_fold AS last_a, n.first_fold AS first_b, n.last_fold AS last_b
    FROM held h JOIN named n USING (unit, key, first_fold, last_fold) WHERE h.node <> n.node
    UNION ALL
    SELECT x.node, y.node, x.key, x.part, y.part, x.first_fold, x.last_fold, y.first_fold, y.last_fold
    FROM named x JOIN named y ON x.unit = y.unit AND x.key = y.key AND x.node < y.node
)
SELECT p.a AS node_a, p.b AS node_b, p.key, names_agree(first_a, last_a, first_b, last_b) AS agree
FROM pairs p LEFT JOIN nickname_pairs k ON k.a = split_part(p.first_a, ' ', 1) AND k.b = split_part(p.first_b, ' ', 1)
WHERE p.part_a <> p.part_b AND (agree OR names_fit(first_a, last_a, first_b, last_b, k.a IS NOT NULL))
