-- The edges that remain when each node has become its parent.
SELECT DISTINCT x.parent AS a, y.parent AS b
FROM cluster_edges e JOIN cluster_parents x ON x.node = e.a JOIN cluster_parents y ON y.node = e.b
WHERE x.parent <> y.parent
