-- Each node with its unit: what firm keys and links make one.
SELECT n.node, coalesce(c.component, n.node) AS unit FROM nodes n LEFT JOIN firm_components c USING (node)
