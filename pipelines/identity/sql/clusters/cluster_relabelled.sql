-- The component of every node after its component has become its parent.
SELECT l.node, coalesce(p.parent, l.component) AS component FROM cluster_labels l LEFT JOIN cluster_parents p ON p.node = l.component
