-- Every node that an edge names, at first a component of its own.
SELECT a AS node, a AS component FROM edges UNION SELECT b, b FROM edges
