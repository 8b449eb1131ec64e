-- The label of every node after its label has become its parent.
SELECT l.id, coalesce(p.parent, l.label) AS label FROM cluster_labels l LEFT JOIN cluster_parents p ON p.id = l.label
