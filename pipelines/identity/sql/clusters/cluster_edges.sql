-- The edges in both directions, without loops and repeats.
SELECT a, b FROM edges WHERE a <> b UNION SELECT b, a FROM edges WHERE a <> b
