-- The edges by number, in both directions.
WITH numbered AS (
    SELECT x.id AS a, y.id AS b FROM edges e JOIN cluster_nodes x ON x.name = e.a JOIN cluster_nodes y ON y.name = e.b
    WHERE e.a <> e.b
)
SELECT a, b FROM numbered UNION SELECT b, a FROM numbered
