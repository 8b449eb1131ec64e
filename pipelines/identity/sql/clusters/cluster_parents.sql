-- Each node points at the first of its neighbours in this round's order, or at itself when it comes before them; then every
-- pointer is followed twice. The order is by a hash of node and round. (Two nodes of one hash do no harm: a pointer
-- within the component is right, wherever it leads.)
WITH first_neighbour AS (
    SELECT e.a AS node, min({'rank': hash(e.b, r.number), 'node': e.b}) AS first, hash(e.a, any_value(r.number)) AS rank
    FROM cluster_edges e CROSS JOIN cluster_round r GROUP BY e.a
), pointers AS (
    SELECT node, CASE WHEN first.rank < rank THEN first.node ELSE node END AS parent FROM first_neighbour
), once AS (
    SELECT n.node, coalesce(p.parent, n.parent) AS parent FROM pointers n LEFT JOIN pointers p ON p.node = n.parent
)
SELECT n.node, coalesce(p.parent, n.parent) AS parent FROM once n LEFT JOIN once p ON p.node = n.parent
