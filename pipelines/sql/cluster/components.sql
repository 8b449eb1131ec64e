-- Each name with its component: a number that means nothing beyond this step.
SELECT n.name, l.label AS component FROM cluster_labels l JOIN cluster_nodes n USING (id)
