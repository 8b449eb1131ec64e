-- Each node with its company: as phones and names join the units, except where that contradicts itself.
SELECT u.node, CASE
           WHEN w.component IS NULL THEN u.unit
           WHEN cw.component IS NULL THEN w.component
           WHEN g.component IS NOT NULL AND cg.component IS NULL THEN g.component
           ELSE u.unit END AS company
FROM company_units u
LEFT JOIN company_wide_components w ON w.node = u.unit
LEFT JOIN company_contradictions cw ON cw.level = 'wide' AND cw.component = w.component
LEFT JOIN company_phone_components g ON g.node = u.unit
LEFT JOIN company_contradictions cg ON cg.level = 'phone' AND cg.component = g.component
