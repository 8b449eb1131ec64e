-- Each node with its person: as phones join the units, except where that contradicts itself; there only whole names
-- that agree count, and where they do, too, only firm keys and links.
SELECT u.node, u.unit, CASE
           WHEN w.component IS NULL THEN u.unit
           WHEN cw.component IS NULL THEN w.component
           WHEN g.component IS NOT NULL AND cg.component IS NULL THEN g.component
           ELSE u.unit END AS person
FROM units u
LEFT JOIN wide_components w ON w.node = u.unit LEFT JOIN contradictions cw ON cw.level = 'wide' AND cw.component = w.component
LEFT JOIN agreed_components g ON g.node = u.unit LEFT JOIN contradictions cg ON cg.level = 'agreed' AND cg.component = g.component
