-- Each node points at its least neighbour, or at itself when it is less; then every pointer is followed twice.
WITH least_neighbour AS (
    SELECT a AS node, least(a, min(b)) AS parent FROM cluster_edges GROUP BY a
), once AS (
    SELECT n.node, coalesce(p.parent, n.parent) AS parent FROM least_neighbour n LEFT JOIN least_neighbour p ON p.node = n.parent
)
SELECT n.node, coalesce(p.parent, n.parent) AS parent FROM once n LEFT JOIN once p ON p.node = n.parent
